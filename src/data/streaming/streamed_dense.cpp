#include "data/streaming/streaming.hpp"

namespace mpilogit::data {

namespace {

class StreamedDense final : public StreamedRows {
 public:
  StreamedDense(const Metadata& metadata, Range local_rows, Range rows, const PieceSizes& sizes)
      : StreamedRows(metadata, local_rows, rows, sizes) {}

  std::int64_t bytes_of(Range rows) const override {
    return DenseShard::needed_bytes(metadata_.storage, rows.size(), metadata_.shape.features);
  }

  void fetch(Range rows, Piece& piece) override {
    piece.rows = rows;
    visit_files(rows, [&](std::size_t file, Range in_file, std::int64_t position) {
      const auto opened = open(file);
      const std::byte* here = nullptr;
      if (map(opened->values, in_file, piece)) {
        here = piece.mapped;
        bytes_mapped_ += bytes_of(rows);
      } else {
        make_room(piece.values, bytes_of(rows));
        std::byte* const out = piece.values.data() + bytes_of({0, position});
        opened->values.read(in_file.first, in_file.size(), out);
        here = out;
      }
      if (fingerprints_ == nullptr) return;
      const FileMetadata& described = metadata_.files[file];
      fingerprints_->add(described, described.values, in_file.first, metadata_.storage,
                         {here, static_cast<std::size_t>(bytes_of(in_file))});
    });
    bytes_read_ += bytes_of(rows);
    if (!frames_.empty()) kernels::put_in_frames(view(piece, rows), piece.values.data(), frames_);
  }

  kernels::AnyRows view(const Piece& piece, Range rows) const override {
    const std::byte* const first = piece.mapped != nullptr ? piece.mapped : piece.values.data();
    return dense_view(metadata_.storage, first + bytes_of({piece.rows.first, rows.first}),
                      rows.size(), metadata_.shape.features);
  }
};

}  // namespace

std::unique_ptr<StreamedRows> stream_dense(const Metadata& metadata, const StreamPlan& plan) {
  return std::make_unique<StreamedDense>(metadata, plan.local_rows, plan.streamed, plan.sizes);
}

}  // namespace mpilogit::data
