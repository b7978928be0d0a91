#include "formats/text_files.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "core/parse_json.hpp"
#include "formats/detail/piece_counter.hpp"
#include "formats/detail/text_head.hpp"

namespace mpilogit::formats {

namespace {

// There may be thousands of columns: the first that differs says enough.
void require_same(const std::vector<std::string>& columns, const std::vector<std::string>& expected,
                  const std::string& where, const std::string& first) {
  if (columns == expected) return;
  std::string what = fmt::format("has {} columns", columns.size());
  std::string why = fmt::format("{} has {}", first, expected.size());
  if (columns.size() == expected.size()) {
    const auto [here, there] = std::mismatch(columns.begin(), columns.end(), expected.begin());
    what = fmt::format("column {} is '{}'", here - columns.begin() + 1, *here);
    why = fmt::format("in {} it is '{}'", first, *there);
  }
  throw core::bad_input({.what = what,
                         .where = where,
                         .why = why,
                         .remedy = "Files of one table need the same columns in the same order"});
}

}  // namespace

TextFiles::TextFiles(const TextSource& source, const comm::Communicator& communicator,
                     const Progress& progress)
    : dialect_{source.delimiter, source.quote, source.header}, paths_(source.paths) {
  learn_heads(comm::on_root(communicator, [&] { return read_heads(source); }));
  count(source.piece_bytes, communicator, progress);
  deal_out(communicator);
  comm::together(communicator, [&] { require_rows(); });
}

std::string TextFiles::read_heads(const TextSource& source) {
  nlohmann::json heads = nlohmann::json::array();
  for (const auto& path : paths_) {
    const TextHead head = read_head(path, source);
    if (dialect_.delimiter == '\0') dialect_.delimiter = delimiter_of(head.line, source.quote);
    const std::vector<std::string> columns = columns_of(head, dialect_, path);
    if (columns_.empty()) columns_ = columns;
    require_same(columns, columns_, fmt::format("{}, line {}", path, head.line_number),
                 paths_.front());
    heads.push_back({static_cast<int>(head.compression), head.size, head.rows_begin});
  }
  return nlohmann::json{
      {"delimiter", int{dialect_.delimiter}}, {"columns", columns_}, {"heads", heads}}
      .dump();
}

void TextFiles::learn_heads(const std::string& description) {
  const auto packed = core::parse_json<nlohmann::json>(description);
  dialect_.delimiter = static_cast<char>(packed.at("delimiter").get<int>());
  packed.at("columns").get_to(columns_);
  for (std::size_t i = 0; i < columns_.size(); ++i) numbers_.emplace(columns_[i], i);
  for (const auto& head : packed.at("heads")) {
    heads_.push_back({static_cast<Compression>(head.at(0).get<int>()),
                      head.at(1).get<std::int64_t>(), head.at(2).get<std::int64_t>()});
  }
}

void TextFiles::count(std::int64_t piece_bytes, const comm::Communicator& communicator,
                      const Progress& progress) {
  std::int64_t total = 0;
  for (const auto& head : heads_) total += head.size;
  PieceCounter counter(*this, piece_bytes, communicator.rank(), communicator.size());
  in_rounds(
      communicator, [&] { return counter.step(); },
      [&](std::int64_t done) { progress("looking for quotes", done, total); });
  pieces_ = communicator.all_gather(std::span<const TextPiece>(counter.pieces()));
  std::sort(pieces_.begin(), pieces_.end(), [](const TextPiece& a, const TextPiece& b) {
    return std::pair(a.file, a.first) < std::pair(b.file, b.first);
  });
  for (const auto& piece : pieces_) bytes_ += piece.last - piece.first;
}

// Each rank gets the pieces whose middle lies in its part of the bytes.
void TextFiles::deal_out(const comm::Communicator& communicator) {
  std::int64_t before = 0;
  std::int64_t file = -1;
  std::int64_t quotes = 0;
  std::optional<Stretch> open_stretch;
  const auto close = [&] {
    if (open_stretch && open_stretch->first < open_stretch->last) {
      stretches_.push_back(*open_stretch);
    }
    open_stretch.reset();
  };
  for (const auto& piece : pieces_) {
    if (piece.file != file) {
      close();
      quotes = 0;
      file = piece.file;
    }
    const std::int64_t middle = before + (piece.last - piece.first) / 2;
    const auto owner =
        static_cast<int>(static_cast<long double>(middle) * communicator.size() /
                         static_cast<long double>(std::max<std::int64_t>(1, bytes_)));
    const std::int64_t rows_begin = heads_[static_cast<std::size_t>(file)].rows_begin;
    if (owner == communicator.rank() && piece.last > rows_begin) {
      if (!open_stretch) {
        open_stretch = {static_cast<std::size_t>(file), std::max(piece.first, rows_begin), 0,
                        piece.first <= rows_begin, quotes % 2 != 0};
      }
      open_stretch->last = piece.last;
    } else {
      close();
    }
    quotes += piece.quotes;
    before += piece.last - piece.first;
  }
  close();
}

void TextFiles::require_rows() const {
  const bool any = std::any_of(pieces_.begin(), pieces_.end(), [&](const TextPiece& piece) {
    return piece.last > heads_[static_cast<std::size_t>(piece.file)].rows_begin;
  });
  if (any) return;
  throw core::bad_input({.what = "has a header and no rows",
                         .where = paths_.front(),
                         .why = "there is nothing to learn from",
                         .remedy = "Name a file with rows"});
}

std::optional<std::size_t> TextFiles::column(const std::string& name) const {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

std::unique_ptr<TextStream> TextFiles::open(std::size_t file, std::int64_t offset) const {
  const Head& head = heads_[file];
  return head.compression == Compression::none ? open_text_of_size(paths_[file], head.size, offset)
                                               : open_text(paths_[file], head.compression, offset);
}

std::string TextFiles::where(std::size_t file, std::int64_t offset) const {
  std::int64_t line = 1;
  for (const auto& piece : pieces_) {
    if (piece.file != static_cast<std::int64_t>(file)) continue;
    if (piece.last <= offset) {
      line += piece.newlines;
      continue;
    }
    line += count_in(*open(file, piece.first), offset - piece.first, '\0').newlines;
    break;
  }
  return fmt::format("{}, line {}", paths_[file], line);
}

}  // namespace mpilogit::formats
