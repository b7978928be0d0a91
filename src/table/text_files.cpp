#include "mpilogit/table/text_files.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/core/error.hpp"
#include "mpilogit/kernels/text_marks.hpp"

#include "table/text_head.hpp"

namespace mpilogit::table {

namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 18;

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// All ranks get some of even a small table.
std::int64_t piece_bytes(const TextSource& source, std::int64_t file_bytes, int ranks) {
  constexpr std::int64_t kLeast = std::int64_t{1} << 12;
  constexpr std::int64_t kMost = std::int64_t{1} << 22;
  if (source.piece_bytes > 0) return source.piece_bytes;
  return std::clamp(file_bytes / (std::int64_t{8} * ranks), kLeast, kMost);
}

/// Counts what is in the next bytes of a stream; less than asked for is its end.
struct Count {
  std::int64_t bytes = 0;
  kernels::CharacterCounts of;
};
Count count_in(TextStream& stream, std::int64_t wanted, char quote) {
  std::vector<char> buffer(kBufferBytes);
  Count count;
  while (count.bytes < wanted) {
    const auto size =
        static_cast<std::size_t>(std::min<std::int64_t>(kBufferBytes, wanted - count.bytes));
    const std::size_t got = stream.read(std::span(buffer).first(size));
    const auto part = kernels::count_characters(std::span<const char>(buffer).first(got), quote);
    count.of.quotes += quote == '\0' ? 0 : part.quotes;
    count.of.newlines += part.newlines;
    count.bytes += static_cast<std::int64_t>(got);
    if (got < size) break;
  }
  return count;
}

}  // namespace

TextFiles::TextFiles(const TextSource& source, const comm::Communicator& communicator,
                     const Progress& progress)
    : dialect_{source.delimiter, source.quote, source.header}, paths_(source.paths) {
  const std::string heads = comm::on_root(communicator, [&] {
    read_heads(source);
    nlohmann::json packed = {{"delimiter", int{dialect_.delimiter}}, {"columns", columns_}};
    for (const auto& head : heads_) {
      packed["heads"].push_back({static_cast<int>(head.compression), head.size, head.rows_begin});
    }
    return packed.dump();
  });
  const auto packed = nlohmann::json::parse(heads);
  dialect_.delimiter = static_cast<char>(packed.at("delimiter").get<int>());
  packed.at("columns").get_to(columns_);
  heads_.clear();
  for (const auto& head : packed.at("heads")) {
    heads_.push_back({static_cast<Compression>(head.at(0).get<int>()),
                      head.at(1).get<std::int64_t>(), head.at(2).get<std::int64_t>()});
  }
  measure(source, communicator, progress);
  deal_out(communicator);
  comm::together(communicator, [&] { require_rows(); });
}

void TextFiles::read_heads(const TextSource& source) {
  for (const auto& path : paths_) {
    const TextHead head = read_head(path, source);
    if (dialect_.delimiter == '\0') dialect_.delimiter = delimiter_of(head.line, source.quote);
    const std::vector<std::string> columns = columns_of(head, dialect_, path);
    if (columns_.empty()) columns_ = columns;
    if (columns != columns_) {
      throw core::bad_input(
          {.what = fmt::format("has the columns {}", listed(columns)),
           .where = fmt::format("{}, line {}", path, head.line_number),
           .why = fmt::format("{} has {}", paths_.front(), listed(columns_)),
           .remedy = "Files of one table need the same columns in the same order"});
    }
    heads_.push_back({head.compression, head.size, head.rows_begin});
  }
}

// A plain file's pieces are dealt out; compressed text is one rank's, for it has no middle.
void TextFiles::measure(const TextSource& source, const comm::Communicator& communicator,
                        const Progress& progress) {
  const int ranks = communicator.size();
  std::vector<Piece> mine;
  std::vector<std::size_t> streams;
  std::int64_t total = 0;
  for (std::size_t file = 0; file < heads_.size(); ++file) {
    const Head& head = heads_[file];
    total += head.size;
    if (head.compression != Compression::none) {
      if (static_cast<int>(file) % ranks == communicator.rank()) streams.push_back(file);
      continue;
    }
    const std::int64_t size = piece_bytes(source, head.size, ranks);
    const std::int64_t pieces = (head.size + size - 1) / size;
    const std::int64_t first = pieces * communicator.rank() / ranks;
    const std::int64_t last = pieces * (communicator.rank() + 1) / ranks;
    for (std::int64_t piece = first; piece < last; ++piece) {
      mine.push_back({static_cast<std::int64_t>(file), piece * size,
                      std::min(head.size, (piece + 1) * size), 0, 0});
    }
  }
  std::size_t next = 0;
  std::unique_ptr<TextStream> stream;
  std::size_t open_file = heads_.size();
  const auto step = [&]() -> std::int64_t {
    if (next < mine.size() &&
        heads_[static_cast<std::size_t>(mine[next].file)].compression == Compression::none) {
      Piece& piece = mine[next++];
      const auto file = static_cast<std::size_t>(piece.file);
      if (open_file != file) stream = open(file, piece.first);
      open_file = file;
      const Count count = count_in(*stream, piece.last - piece.first, dialect_.quote);
      if (count.bytes < piece.last - piece.first) {
        throw core::bad_input({.what = "became shorter while it was read",
                               .where = paths_[file],
                               .why = {},
                               .remedy = "Let its writer end first"});
      }
      piece.quotes = count.of.quotes;
      piece.newlines = count.of.newlines;
      return count.bytes;
    }
    if (streams.empty()) return 0;
    const std::size_t file = streams.front();
    if (open_file != file) {
      stream = open(file, 0);
      open_file = file;
    }
    const std::int64_t before =
        mine.empty() || mine.back().file != static_cast<std::int64_t>(file) ? 0 : mine.back().last;
    const std::int64_t size = piece_bytes(source, 4 * heads_[file].size, ranks);
    const Count count = count_in(*stream, size, dialect_.quote);
    mine.push_back({static_cast<std::int64_t>(file), before, before + count.bytes, count.of.quotes,
                    count.of.newlines});
    next = mine.size();
    if (count.bytes < size) streams.erase(streams.begin());
    return std::max<std::int64_t>(1, count.bytes);
  };
  in_rounds(communicator, step,
            [&](std::int64_t done) { progress("looking for quotes", done, total); });
  pieces_ = communicator.all_gather(std::span<const Piece>(mine));
  std::stable_sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) {
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
  const bool any = std::any_of(pieces_.begin(), pieces_.end(), [&](const Piece& piece) {
    return piece.last > heads_[static_cast<std::size_t>(piece.file)].rows_begin;
  });
  if (any) return;
  throw core::bad_input({.what = "has a header and no rows",
                         .where = paths_.front(),
                         .why = "there is nothing to learn from",
                         .remedy = "Name a file with rows"});
}

std::unique_ptr<TextStream> TextFiles::open(std::size_t file, std::int64_t offset) const {
  return open_text(paths_[file], heads_[file].compression, offset);
}

std::string TextFiles::where(std::size_t file, std::int64_t offset) const {
  std::int64_t line = 1;
  for (const auto& piece : pieces_) {
    if (piece.file != static_cast<std::int64_t>(file)) continue;
    if (piece.last <= offset) {
      line += piece.newlines;
      continue;
    }
    line += count_in(*open(file, piece.first), offset - piece.first, '\0').of.newlines;
    break;
  }
  return fmt::format("{}, line {}", paths_[file], line);
}

}  // namespace mpilogit::table
