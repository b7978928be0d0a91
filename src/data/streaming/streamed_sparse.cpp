#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <span>

#include "core/error.hpp"
#include "data/columns/column_order.hpp"
#include "data/features/row_lengths.hpp"
#include "data/streaming/streaming.hpp"

namespace mpilogit::data {

namespace {

constexpr std::int64_t kStep = 1 << 16;  // entries that stay in cache while they are converted
constexpr std::uint32_t kImpossibleColumn = std::numeric_limits<std::uint32_t>::max();

// What is no column becomes one that is never valid.
template <class Index>
void narrow_indices(const std::byte* from, std::int64_t count, std::uint32_t* to) {
  for (std::int64_t n = 0; n < count; ++n) {
    Index index{};
    std::memcpy(&index, from + n * static_cast<std::int64_t>(sizeof(Index)), sizeof(Index));
    to[n] =
        std::in_range<std::uint32_t>(index) ? static_cast<std::uint32_t>(index) : kImpossibleColumn;
  }
}

class StreamedSparse final : public StreamedRows {
 public:
  StreamedSparse(const Metadata& metadata, const RankShare& share, const StreamPlan& plan)
      : StreamedRows(metadata, plan.local_rows, plan.streamed, plan.sizes),
        first_entry_(share.starts[static_cast<std::size_t>(plan.resident_blocks.last)]),
        lengths_(metadata,
                 {plan.local_rows.first + plan.streamed.first,
                  plan.local_rows.first + plan.streamed.last},
                 share.entries({plan.resident_blocks.last, share.blocks.last})),
        narrow_(metadata.shape.features - 1 <= std::numeric_limits<std::uint16_t>::max()),
        limit_(metadata.shape.features) {}

  std::int64_t bytes_of(Range rows) const override {
    const std::int64_t of_entry = value_bytes(hdf5::ValueType::uint32) +
                                  (looked_at_ && all_common_ ? 0 : value_bytes(metadata_.storage));
    return (start(rows.last) - start(rows.first)) * of_entry;
  }

  void fetch(Range rows, Piece& piece) override;
  kernels::AnyRows view(const Piece& piece, Range rows) const override;

  Finding disorder() const override { return disorder_; }
  void end_first_look() override {
    all_common_ = all_common_ && start(rows_.last) > start(rows_.first);
    StreamedRows::end_first_look();
  }
  // Entries that were all the same are no longer.
  void put_in_frames(std::vector<kernels::FramedColumn> frames) override {
    all_common_ = false;
    StreamedRows::put_in_frames(std::move(frames));
  }
  std::int64_t resident_bytes() const override {
    return StreamedRows::resident_bytes() + lengths_.bytes();
  }

 private:
  // First entry of a row of the rank, counted from the first that is streamed.
  std::int64_t start(std::int64_t row) const { return lengths_.before(row - rows_.first); }

  void read_columns(const OpenFile& file, Range entries, std::uint32_t* columns, Piece& piece);
  void fingerprint(std::size_t file, Range wanted, const Piece& piece, std::int64_t place) const;
  void look_first(Piece& piece, std::int64_t entries);
  void narrow(Piece& piece, std::int64_t entries);
  void compare_values(const std::byte* values, std::int64_t entries);

  std::int64_t first_entry_;  // of the data set, the first that is streamed
  RowLengths lengths_;
  bool narrow_;
  std::int64_t limit_;
  Finding disorder_;
  bool all_common_ = true;  // until another value is met
  bool has_common_ = false;
  std::array<std::byte, sizeof(std::uint64_t)> common_{};
};

void StreamedSparse::fetch(Range rows, Piece& piece) {
  const std::int64_t first = start(rows.first);
  const std::int64_t entries = start(rows.last) - first;
  const std::int64_t value_size = value_bytes(metadata_.storage);
  const bool with_values = !(looked_at_ && all_common_);
  const std::int64_t column_bytes = entries * value_bytes(hdf5::ValueType::uint32);
  make_room(piece.columns, column_bytes);
  if (with_values) make_room(piece.values, entries * value_size);
  piece.rows = rows;
  piece.sound = true;
  lengths_.starts_of({rows.first - rows_.first, rows.last - rows_.first}, !looked_at_,
                     piece.starts);
  visit_files(rows, [&](std::size_t file, Range in_file, std::int64_t position) {
    const std::int64_t here = start(rows.first + position);
    const std::int64_t count = start(rows.first + position + in_file.size()) - here;
    std::int64_t before = -first_entry_;
    for (std::size_t f = 0; f < file; ++f) before += metadata_.files[f].nonzeros;
    const Range wanted{here - before, here - before + count};
    const auto opened = open(file);
    read_columns(*opened, wanted, piece.columns.as<std::uint32_t>() + (here - first), piece);
    if (with_values) {
      opened->values.read(wanted.first, count, piece.values.data() + (here - first) * value_size);
    }
    if (fingerprints_ != nullptr) fingerprint(file, wanted, piece, here - first);
    bytes_read_ += count * (value_bytes(opened->index_type) + (with_values ? value_size : 0));
  });
  if (!looked_at_) look_first(piece, entries);
  if (piece.sound) narrow(piece, entries);
  if (!frames_.empty()) kernels::put_in_frames(view(piece, rows), piece.values.data(), frames_);
}

// The entries `wanted` of a file, which stand in the piece from `place` on.
void StreamedSparse::fingerprint(std::size_t file, Range wanted, const Piece& piece,
                                 std::int64_t place) const {
  const FileMetadata& described = metadata_.files[file];
  const std::int64_t value_size = value_bytes(metadata_.storage);
  fingerprints_->add(described, described.values, wanted.first, metadata_.storage,
                     {piece.values.data() + place * value_size,
                      static_cast<std::size_t>(wanted.size() * value_size)});
  const std::int64_t index_size = value_bytes(hdf5::ValueType::uint32);
  if (described.indices.info.stored_bytes != index_size) return;
  fingerprints_->add(described, described.indices, wanted.first, described.indices.info.type,
                     {piece.columns.data() + place * index_size,
                      static_cast<std::size_t>(wanted.size() * index_size)});
}

void StreamedSparse::read_columns(const OpenFile& file, Range entries, std::uint32_t* columns,
                                  Piece& piece) {
  using hdf5::ValueType;
  if (value_bytes(file.index_type) == value_bytes(ValueType::uint32)) {
    file.indices->read(entries.first, entries.size(), columns);
    // A negative index is one of 2^31 or more now.
    constexpr std::uint32_t kMost = std::numeric_limits<std::int32_t>::max();
    if (file.index_type == ValueType::uint32 || limit_ <= kMost) return;
    std::replace_if(
        columns, columns + entries.size(), [](std::uint32_t column) { return column > kMost; },
        kImpossibleColumn);
    return;
  }
  piece.scratch.resize(static_cast<std::size_t>(kStep * value_bytes(file.index_type)));
  for (std::int64_t first = entries.first; first < entries.last; first += kStep) {
    const std::int64_t count = std::min(kStep, entries.last - first);
    file.indices->read(first, count, piece.scratch.data());
    if (file.index_type == ValueType::int64) {
      narrow_indices<std::int64_t>(piece.scratch.data(), count, columns);
    } else {
      narrow_indices<std::uint64_t>(piece.scratch.data(), count, columns);
    }
    columns += count;
  }
}

void StreamedSparse::look_first(Piece& piece, std::int64_t entries) {
  const Finding found =
      find_disorder({piece.starts, piece.columns.as<std::uint32_t>()},
                    local_rows_.first + piece.rows.first, metadata_.shape.features);
  disorder_.add_all(found);
  piece.sound = found.count == 0;
  if (all_common_ && entries > 0) compare_values(piece.values.data(), entries);
}

// All are equal if each equals the one before it, and the first that of the piece before.
void StreamedSparse::compare_values(const std::byte* values, std::int64_t entries) {
  const auto size = static_cast<std::size_t>(value_bytes(metadata_.storage));
  if (!has_common_) std::memcpy(common_.data(), values, size);
  has_common_ = true;
  all_common_ =
      std::memcmp(common_.data(), values, size) == 0 &&
      std::memcmp(values, values + size, static_cast<std::size_t>(entries - 1) * size) == 0;
}

// In place: a narrow number ends before the next wide one begins. Columns were found good once; a
// file that changed since must not lead us out of our memory.
void StreamedSparse::narrow(Piece& piece, std::int64_t entries) {
  std::array<std::uint32_t, 1024> wide{};
  std::array<std::uint16_t, 1024> thin{};
  std::uint32_t largest = 0;
  std::byte* const bytes = piece.columns.data();
  for (std::int64_t first = 0; first < entries;) {
    const auto count =
        static_cast<std::size_t>(std::min<std::int64_t>(wide.size(), entries - first));
    std::memcpy(wide.data(), bytes + first * 4, count * sizeof(std::uint32_t));
    for (std::size_t n = 0; n < count; ++n) largest = std::max(largest, wide[n]);
    if (narrow_) {
      for (std::size_t n = 0; n < count; ++n) thin[n] = static_cast<std::uint16_t>(wide[n]);
      std::memcpy(bytes + first * 2, thin.data(), count * sizeof(std::uint16_t));
    }
    first += static_cast<std::int64_t>(count);
  }
  if (entries > 0 && largest >= limit_) {
    throw changed(
        metadata_.files[metadata_.locate(local_rows_.first + piece.rows.first).file].path);
  }
}

kernels::AnyRows StreamedSparse::view(const Piece& piece, Range rows) const {
  const std::int64_t first = start(rows.first) - start(piece.rows.first);
  const auto offset = static_cast<std::size_t>(rows.first - piece.rows.first);
  const bool common = looked_at_ && all_common_;
  return sparse_view(
      {.type = metadata_.storage,
       .features = metadata_.shape.features,
       .columns = piece.columns.data() + first * (narrow_ ? 2 : 4),
       .narrow = narrow_,
       .values = common ? nullptr : piece.values.data() + first * value_bytes(metadata_.storage),
       .common = common_.data(),
       .starts = piece.starts.empty() ? nullptr : piece.starts.data() + offset,
       .row_entries = lengths_.regular()},
      piece.sound ? rows.size() : 0);
}

}  // namespace

std::unique_ptr<StreamedRows> stream_sparse(const Metadata& metadata, const RankShare& share,
                                            const StreamPlan& plan) {
  return std::make_unique<StreamedSparse>(metadata, share, plan);
}

}  // namespace mpilogit::data
