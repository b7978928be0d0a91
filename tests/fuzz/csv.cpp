// Text, cut into rows and fields; the first bytes choose the dialect. Cut elsewhere, the rows are
// the same.

#include <vector>

#include "formats/row_reader.hpp"
#include "formats/values.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace mpilogit;

/// Gives out a few bytes at a time.
class Drops : public formats::TextStream {
 public:
  Drops(std::string_view text, std::size_t most) : text_(text), most_(most) {}
  std::size_t read(std::span<char> bytes) override {
    // Less than asked for would be the end.
    const std::size_t size = std::min(bytes.size(), text_.size());
    for (std::size_t i = 0; i < size; i += most_) {
      text_.copy(bytes.data() + i, std::min(most_, size - i), i);
    }
    text_.remove_prefix(size);
    return size;
  }

 private:
  std::string_view text_;
  std::size_t most_;
};

void use(std::string_view field) {
  const auto number = formats::number_in(field);
  testing::require(!number || (*number - *number == 0.0));
  formats::integer_in(field);
  formats::date_in(field);
  formats::is_utf8(field);
  testing::require(formats::bucket_of(field, 7) < 7);
}

std::size_t rows_of(std::string_view text, const formats::Dialect& dialect, std::size_t columns,
                    std::size_t piece) {
  formats::RowReader reader(std::make_unique<Drops>(text, piece), 0,
                            static_cast<std::int64_t>(text.size()), dialect, columns,
                            [](std::int64_t offset) { return std::to_string(offset); });
  std::size_t rows = 0;
  const auto take = [&](const formats::Row& row) {
    ++rows;
    testing::require(columns == 0 || row.fields.size() == columns);
    for (const auto field : row.fields) use(field);
  };
  while (reader.next(take) > 0) continue;
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const formats::Dialect dialect{
      .delimiter = ",;\t|"[data[0] % 4], .quote = data[0] % 8 < 4 ? '"' : '\0', .header = false};
  const std::size_t columns = data[1] % 5;
  const std::string_view text = testing::text_of(data + 2, size - 2);
  testing::refused_or_done([&] {
    const std::size_t rows = rows_of(text, dialect, columns, 1 + data[1]);
    testing::require(rows <= text.size());
  });
  return 0;
}
