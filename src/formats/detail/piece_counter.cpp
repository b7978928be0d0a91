#include "formats/detail/piece_counter.hpp"

#include <algorithm>
#include <span>

#include "formats/text_marks.hpp"

namespace mpilogit::formats {

namespace {

constexpr std::int64_t kCountBufferBytes = std::int64_t{1} << 18;

// All ranks get some of even a small table.
std::int64_t good_piece_bytes(std::int64_t file_bytes, int ranks) {
  constexpr std::int64_t kLeast = std::int64_t{1} << 12;
  constexpr std::int64_t kMost = std::int64_t{1} << 22;
  return std::clamp(file_bytes / (std::int64_t{8} * ranks), kLeast, kMost);
}

}  // namespace

TextCount count_in(TextStream& stream, std::int64_t wanted, char quote) {
  std::vector<char> buffer(static_cast<std::size_t>(std::min(kCountBufferBytes, wanted)));
  TextCount count;
  while (count.bytes < wanted) {
    const auto size = static_cast<std::size_t>(std::min(kCountBufferBytes, wanted - count.bytes));
    const std::size_t got = stream.read(std::span(buffer).first(size));
    const auto part = kernels::count_characters(std::span<const char>(buffer).first(got), quote);
    count.quotes += quote == '\0' ? 0 : part.quotes;
    count.newlines += part.newlines;
    count.bytes += static_cast<std::int64_t>(got);
    if (got < size) break;
  }
  return count;
}

PieceCounter::PieceCounter(const TextFiles& files, std::int64_t piece_bytes, int rank, int ranks)
    : files_(files) {
  for (std::size_t file = 0; file < files.paths().size(); ++file) {
    const std::int64_t size = files.file_bytes(file);
    const std::int64_t bytes = piece_bytes > 0 ? piece_bytes : good_piece_bytes(size, ranks);
    if (files.compression(file) != Compression::none) {
      if (static_cast<int>(file) % ranks == rank) tasks_.push_back({file, 0, -1, bytes});
      continue;
    }
    const std::int64_t pieces = (size + bytes - 1) / bytes;
    const std::int64_t first = pieces * rank / ranks * bytes;
    const std::int64_t last = std::min(size, pieces * (rank + 1) / ranks * bytes);
    if (first < last) tasks_.push_back({file, first, last, bytes});
  }
}

std::int64_t PieceCounter::step() {
  while (task_ < tasks_.size()) {
    if (const std::int64_t bytes = next_piece(tasks_[task_]); bytes > 0) return bytes;
    stream_.reset();
    ++task_;
  }
  return 0;
}

// The task's begin moves on with what is counted.
std::int64_t PieceCounter::next_piece(Task& task) {
  const bool known = task.last >= 0;
  if (known && task.first == task.last) return 0;
  if (!stream_) stream_ = files_.open(task.file, task.first);
  const std::int64_t wanted =
      known ? std::min(task.piece_bytes, task.last - task.first) : task.piece_bytes;
  const TextCount count = count_in(*stream_, wanted, files_.dialect().quote);
  if (count.bytes == 0) return 0;
  pieces_.push_back({static_cast<std::int64_t>(task.file), task.first, task.first + count.bytes,
                     count.quotes, count.newlines});
  task.first += count.bytes;
  return count.bytes;
}

}  // namespace mpilogit::formats
