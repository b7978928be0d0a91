#include <algorithm>
#include <exception>
#include <optional>

#include "mpilogit/core/error.hpp"
#include "mpilogit/hdf5/array.hpp"

#include "hdf5/creation.hpp"
#include "hdf5/links.hpp"
#include "hdf5/storage.hpp"

namespace mpilogit::hdf5 {

namespace {

Handle file_type(RowType type) {
  switch (type.kind) {
    case RowType::Kind::float64:
      return memory_type(ValueType::float64);
    case RowType::Kind::int64:
      return memory_type(ValueType::int64);
    case RowType::Kind::boolean:
      return memory_type(ValueType::boolean);
    case RowType::Kind::text:
      return text_type(std::max<std::size_t>(type.length, 1));
  }
  throw core::internal_failure("unknown row type");
}

struct Piece {
  std::int64_t first = 0;  // row
  std::int64_t rows = 0;
  std::int64_t width = 1;  // values per row
};

void write_piece(hid_t dataset, hid_t type, const Piece& piece, const void* values, hid_t mode,
                 const std::string& where) {
  const Handle target = checked(H5Dget_space(dataset), H5Sclose, "reading the shape", where);
  const hsize_t start[2] = {static_cast<hsize_t>(piece.first), 0};
  const hsize_t size[2] = {static_cast<hsize_t>(piece.rows), static_cast<hsize_t>(piece.width)};
  const hsize_t room = std::max<hsize_t>(size[0] * size[1], 1);
  const Handle memory = checked(H5Screate_simple(1, &room, nullptr), H5Sclose, "writing", where);
  if (piece.rows == 0) {
    H5Sselect_none(target.get());
    H5Sselect_none(memory.get());
  } else {
    check(H5Sselect_hyperslab(target.get(), H5S_SELECT_SET, start, nullptr, size, nullptr),
          "selecting rows", where);
  }
  check(H5Dwrite(dataset, type, memory.get(), target.get(), mode, values), "writing", where);
}

// A failure is kept until all calls are made: the other ranks are in them, too.
void write_pieces(const File& file, const std::string& name, hid_t dataset, hid_t type,
                  std::int64_t first, std::span<const std::byte> bytes) {
  const std::string where = file.where(name);
  const Handle mode = checked(H5Pcreate(H5P_DATASET_XFER), H5Pclose, "writing", where);
  const Handle space = checked(H5Dget_space(dataset), H5Sclose, "reading the shape", where);
  const std::vector<std::int64_t> shape = extent(space.get(), where);
  const std::int64_t width = shape.size() == 2 ? shape[1] : 1;
  const std::int64_t size = static_cast<std::int64_t>(H5Tget_size(type)) * width;
  const std::int64_t count = static_cast<std::int64_t>(bytes.size()) / size;
  const std::int64_t most = std::max<std::int64_t>(1, kLargestTransfer / size);
  std::int64_t pieces = (count + most - 1) / most;
  if (file.parallel()) {
    check(H5Pset_dxpl_mpio(mode.get(), H5FD_MPIO_COLLECTIVE), "setting up MPI-IO", where);
    pieces = file.communicator()->maximum(pieces);
  }
  std::exception_ptr failure;
  for (std::int64_t piece = 0; piece < pieces; ++piece) {
    const std::int64_t done = std::min(count, piece * most);
    const std::int64_t rows = std::min(count - done, most);
    try {
      std::optional<comm::Waiting> waiting;
      if (file.parallel()) waiting.emplace(file.communicator()->activity());
      write_piece(dataset, type, {first + done, rows, width}, bytes.data() + done * size,
                  mode.get(), where);
    } catch (const core::Error&) {
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

template <class Value>
void write_values(const File& file, const std::string& name, std::int64_t first,
                  std::span<const Value> values, ValueType type) {
  const Handle dataset = open_dataset(file, name);
  const Handle memory = memory_type(type);
  write_pieces(file, name, dataset.get(), memory.get(), first, std::as_bytes(values));
}

}  // namespace

void create_rows(const File& file, const std::string& name, RowType type, std::int64_t rows,
                 std::optional<std::int64_t> width) {
  std::vector<std::int64_t> shape = {rows};
  if (width) shape.push_back(*width);
  create_dataset(file, name, file_type(type).get(), shape);
}

void write_rows(const File& file, const std::string& name, std::int64_t first_row,
                std::span<const double> values) {
  write_values(file, name, first_row, values, ValueType::float64);
}

void write_rows(const File& file, const std::string& name, std::int64_t first_row,
                std::span<const std::int64_t> values) {
  write_values(file, name, first_row, values, ValueType::int64);
}

void write_rows(const File& file, const std::string& name, std::int64_t first_row,
                std::span<const std::uint8_t> values) {
  write_values(file, name, first_row, values, ValueType::boolean);
}

void write_rows(const File& file, const std::string& name, std::int64_t first_row,
                std::span<const std::string> values) {
  const Handle dataset = open_dataset(file, name);
  const Handle type =
      checked(H5Dget_type(dataset.get()), H5Tclose, "reading the type", file.where(name));
  const std::vector<char> bytes = padded(values, H5Tget_size(type.get()));
  write_pieces(file, name, dataset.get(), type.get(), first_row,
               std::as_bytes(std::span<const char>(bytes)));
}

}  // namespace mpilogit::hdf5
