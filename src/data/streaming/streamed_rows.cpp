#include "data/streaming/streamed_rows.hpp"

#include <algorithm>

namespace mpilogit::data {

namespace {

constexpr int kReaders = 2;

Range files_of(const Metadata& metadata, Range rows) {
  if (rows.size() == 0) return {};
  const auto last = static_cast<std::int64_t>(metadata.locate(rows.last - 1).file);
  return {static_cast<std::int64_t>(metadata.locate(rows.first).file), last + 1};
}

Range global(Range rows, Range local_rows) {
  return {rows.first + local_rows.first, rows.last + local_rows.first};
}

}  // namespace

// The old one goes first, so that there are never two.
void make_room(core::Buffer& buffer, std::int64_t bytes) {
  if (buffer.size() >= bytes) return;
  buffer = core::Buffer();
  buffer = core::Buffer(bytes);
}

StreamedRows::StreamedRows(Metadata metadata, Range local_rows, Range rows, const PieceSizes& sizes)
    : metadata_(std::move(metadata)),
      local_rows_(local_rows),
      rows_(rows),
      piece_bytes_(sizes.bytes),
      pieces_(static_cast<std::size_t>(sizes.pieces)),
      files_(metadata_, files_of(metadata_, global(rows, local_rows)), sizes.most_cached) {}

void StreamedRows::visit_files(Range rows, Metadata::FileVisitor visit) const {
  metadata_.visit_files(global(rows, local_rows_), visit);
}

std::int64_t StreamedRows::resident_bytes() const {
  std::int64_t bytes = 0;
  for (const Piece& piece : pieces_) bytes += piece.values.size() + piece.columns.size();
  return bytes;
}

void StreamedRows::begin_pass() {
  windows_ = std::make_unique<core::FileWindows>(pieces_.size());
}

void StreamedRows::end_pass() {
  windows_.reset();
}

bool StreamedRows::map(const ArrayReader& values, Range in_file, Piece& piece) {
  piece.mapped = nullptr;
  if (!windows_ || !frames_.empty() || in_file.size() != piece.rows.size()) return false;
  const auto window = static_cast<std::size_t>(&piece - pieces_.data());
  piece.mapped = values.find(in_file.first, in_file.size(), *windows_, window);
  if (piece.mapped == nullptr) return false;
  piece.values.discard();  // mapped pages count as ours, and the budget has them once
  return true;
}

bool StreamedRows::release(Piece& piece) {
  return windows_->close(static_cast<std::size_t>(&piece - pieces_.data()));
}

// The system says why only to those who ask by a call.
void StreamedRows::explain_loss(Range rows) {
  end_pass();
  fetch(rows, pieces_.front());
  throw changed(metadata_.files[metadata_.locate(local_rows_.first + rows.first).file].path);
}

std::shared_ptr<const OpenFile> StreamedRows::open(std::size_t file) {
  auto opened = files_.open(file);
  // Decided anew with every piece of the first look, which one thread takes.
  if (!looked_at_) readers_ = opened->plain() && files_.count() == 1 ? kReaders : 1;
  return opened;
}

}  // namespace mpilogit::data
