#include "exporting/table/csv_text.hpp"

#include <stdexcept>
#include <string_view>

namespace mpilogit::exporting {

namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    if (text_.starts_with(kMark)) at_ = kMark.size();
  }

  std::vector<CsvRecord> records() {
    std::vector<CsvRecord> records;
    while (at_ < text_.size()) {
      if (take_line_end()) continue;
      records.push_back(record(records.size() + 1));
    }
    return records;
  }

 private:
  bool take(char wanted) {
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  bool take_line_end() {
    if (text_.substr(at_, 2) == "\r\n") {
      at_ += 2;
      return true;
    }
    return take('\n');
  }

  CsvRecord record(std::size_t number) {
    CsvRecord fields;
    do {
      fields.push_back(take('"') ? quoted(number) : plain());
    } while (take(','));
    if (at_ < text_.size() && !take_line_end()) {
      throw std::invalid_argument("record " + std::to_string(number) +
                                  " goes on after a closing quote");
    }
    return fields;
  }

  std::string plain() {
    const std::size_t first = at_;
    at_ = std::min(text_.find_first_of(",\n", first), text_.size());
    std::size_t last = at_;
    if (last > first && last < text_.size() && text_[last] == '\n' && text_[last - 1] == '\r') {
      --last;
    }
    return std::string(text_.substr(first, last - first));
  }

  std::string quoted(std::size_t number) {
    std::string field;
    while (true) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) {
        throw std::invalid_argument("a quote in record " + std::to_string(number) +
                                    " is not closed");
      }
      field += text_.substr(at_, quote - at_);
      at_ = quote + 1;
      if (!take('"')) return field;
      field += '"';
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<CsvRecord> csv_records(const std::string& text) {
  return Reader(text).records();
}

}  // namespace mpilogit::exporting
