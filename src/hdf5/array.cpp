#include "hdf5/array.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <limits>
#include <optional>

#include "core/error.hpp"
#include "hdf5/detail/creation.hpp"
#include "hdf5/detail/storage.hpp"
#include "hdf5/detail/text_heap.hpp"
#include "hdf5/fingerprint.hpp"
#include "hdf5/references.hpp"

namespace mpilogit::hdf5 {

namespace {

constexpr std::int64_t kTextsPerTransfer = std::int64_t{1} << 20;

// Of the filters that are built in, these check what they read; plugins are unknown.
bool is_sound(H5Z_filter_t filter) {
  return filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SHUFFLE ||
         filter == H5Z_FILTER_FLETCHER32;
}

void describe_chunks(hid_t dataset, ArrayInfo& info, const std::string& where) {
  const Handle creation =
      checked(H5Dget_create_plist(dataset), H5Pclose, "reading the layout", where);
  const H5D_layout_t layout = H5Pget_layout(creation.get());
  info.is_virtual = layout == H5D_VIRTUAL;
  const std::vector<H5Z_filter_t> filters = filters_of(creation.get());
  info.filtered = !filters.empty();
  info.fragile = info.variable_length || !std::all_of(filters.begin(), filters.end(), is_sound);
  if (layout != H5D_CHUNKED) return;
  std::vector<hsize_t> sizes(info.dimensions.size());
  check(H5Pget_chunk(creation.get(), static_cast<int>(sizes.size()), sizes.data()),
        "reading the layout", where);
  info.chunk.assign(sizes.begin(), sizes.end());
}

std::int64_t chunks_across(const ArrayInfo& info) {
  std::int64_t chunks = 1;
  for (std::size_t i = 1; i < info.chunk.size(); ++i) {
    const std::int64_t size = info.dimensions[i];
    chunks *= size / info.chunk[i] + (size % info.chunk[i] != 0 ? 1 : 0);
  }
  return chunks;
}

// Several pieces and neighbouring rows then decompress each chunk once.
Handle cache_of_one_band(const ArrayInfo& info, std::int64_t most, const std::string& where) {
  Handle access = checked(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose, "opening", where);
  if (info.chunk.empty()) return access;
  constexpr std::int64_t kLeast = std::int64_t{1} << 20;
  const auto cache = static_cast<std::size_t>(std::min(most, std::max(kLeast, band_bytes(info))));
  const auto slots =
      static_cast<std::size_t>(std::clamp<std::int64_t>(10 * chunks_across(info), 521, 1000003));
  check(H5Pset_chunk_cache(access.get(), slots, cache, 1.0), "setting up the chunk cache", where);
  return access;
}

// A text that ends with its first zero byte may have anything behind it. In one that is padded a
// zero byte is a part of it, unless nothing else follows: cut there, two texts could become one.
std::string fixed_text(const char* bytes, std::size_t length, H5T_str_t padding,
                       const std::string& where) {
  std::string text(bytes, strnlen(bytes, length));
  if (padding == H5T_STR_NULLTERM) return text;
  const auto rest = std::string_view(bytes, length).substr(text.size());
  if (rest.find_first_not_of(std::string_view("\0 ", padding == H5T_STR_SPACEPAD ? 2 : 1)) !=
      std::string_view::npos) {
    throw core::bad_input({.what = "holds a text with a zero byte inside",
                           .where = where,
                           .why = "no label or name has one",
                           .remedy = "Write the texts again without it"});
  }
  if (padding == H5T_STR_SPACEPAD) text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

// Many strings of a file made to do harm may share one long text in it: so many bytes HDF5 may
// allocate for all of them.
struct TextBudget {
  std::size_t left = 0;
  bool exceeded = false;
};

void* allocate_text(std::size_t size, void* budget) {
  auto* all = static_cast<TextBudget*>(budget);
  if (size > all->left) {
    all->exceeded = true;
    return nullptr;
  }
  all->left -= size;
  return std::malloc(size);
}

void free_text(void* text, void* /*budget*/) {
  std::free(text);
}

// Frees what HDF5 allocated for strings of variable length.
class VariableTexts {
 public:
  VariableTexts(std::size_t count, hid_t type, hid_t space, TextBudget& budget)
      : texts_(count, nullptr),
        type_(type),
        space_(space),
        mode_(checked(H5Pcreate(H5P_DATASET_XFER), H5Pclose, "reading", "")) {
    check(H5Pset_vlen_mem_manager(mode_.get(), allocate_text, &budget, free_text, &budget),
          "reading", "");
  }
  ~VariableTexts() { H5Dvlen_reclaim(type_, space_, mode_.get(), texts_.data()); }
  VariableTexts(const VariableTexts&) = delete;
  VariableTexts& operator=(const VariableTexts&) = delete;

  char** data() { return texts_.data(); }
  hid_t mode() const { return mode_.get(); }
  std::vector<std::string> strings() const {
    std::vector<std::string> strings;
    for (const char* text : texts_) strings.emplace_back(text == nullptr ? "" : text);
    return strings;
  }

 private:
  std::vector<char*> texts_;
  hid_t type_;
  hid_t space_;
  Handle mode_;
};

core::Error too_long(const std::string& where) {
  return core::bad_input({.what = "its strings have more bytes than the file",
                          .where = where,
                          .why = "the file is damaged, or was made to do harm",
                          .remedy = "Write it again"});
}

}  // namespace

std::int64_t ArrayInfo::width() const {
  std::int64_t width = 1;
  for (std::size_t i = 1; i < dimensions.size(); ++i) width *= dimensions[i];
  return width;
}

std::int64_t band_bytes(const ArrayInfo& info) {
  if (info.chunk.empty()) return 0;
  const bool text = info.type == ValueType::text;
  std::int64_t bytes = static_cast<std::int64_t>(text ? sizeof(char*) : size_of(info.type));
  std::vector<std::int64_t> factors = info.chunk;
  factors.push_back(chunks_across(info));
  // A data set without rows may have any width.
  for (const auto factor : factors) {
    if (__builtin_mul_overflow(bytes, factor, &bytes)) {
      return std::numeric_limits<std::int64_t>::max();
    }
  }
  return bytes;
}

ArrayInfo inspect_array(const File& file, const std::string& name) {
  const std::string where = file.where(name);
  const Handle dataset = open_dataset(file, name);
  const Handle space = checked(H5Dget_space(dataset.get()), H5Sclose, "reading the shape", where);
  const Handle type = checked(H5Dget_type(dataset.get()), H5Tclose, "reading the type", where);
  if (H5Sget_simple_extent_type(space.get()) == H5S_NULL) {
    throw core::bad_input({.what = "is empty",
                           .where = where,
                           .why = "it was written without a shape",
                           .remedy = "Write its values"});
  }
  ArrayInfo info;
  info.type = classify(type.get(), where);
  info.dimensions = extent(space.get(), where);
  info.variable_length = H5Tis_variable_str(type.get()) > 0;
  info.stored_bytes = static_cast<std::int64_t>(H5Tget_size(type.get()));
  info.fingerprint = read_fingerprint(dataset.get(), where);
  describe_chunks(dataset.get(), info, where);
  require_sound_storage(file, dataset.get(), name, info);
  return info;
}

Array::Array(const File& file, const std::string& name, const ArrayInfo& info,
             std::int64_t most_cached)
    : where_(file.where(name)), info_(info), communicator_(file.communicator()) {
  handle_ = open_dataset(file, name, cache_of_one_band(info, most_cached, where_).get());
  if (!info.variable_length || info.is_virtual) return;
  if (auto heap = TextHeap::of(file, handle_.get(), name)) {
    heap_ = std::make_shared<TextHeap>(std::move(*heap));
  }
}

// Memory has the shape of the selected rows: from a flat memory space HDF5 would map chunks element
// by element, ten times slower.
void Array::transfer(std::int64_t first, std::int64_t count, hid_t memory_type, void* out,
                     hid_t mode) const {
  const Handle file_space =
      checked(H5Dget_space(handle_.get()), H5Sclose, "reading the shape", where_);
  std::vector<std::int64_t> shape = info_.dimensions;
  if (!shape.empty()) shape[0] = std::max<std::int64_t>(count, 1);
  const Handle memory_space = data_space(shape, where_);
  if (count == 0) {
    H5Sselect_none(file_space.get());
    H5Sselect_none(memory_space.get());
  } else if (!shape.empty()) {
    std::vector<hsize_t> start(shape.size(), 0);
    const std::vector<hsize_t> size(shape.begin(), shape.end());
    start[0] = static_cast<hsize_t>(first);
    check(H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, start.data(), nullptr, size.data(),
                              nullptr),
          "selecting rows", where_);
  }
  check(H5Dread(handle_.get(), memory_type, memory_space.get(), file_space.get(), mode, out),
        "reading", where_);
}

// A failure is kept until all calls are made: the other ranks are in them, too.
void Array::read(std::int64_t first, std::int64_t count, ValueType type, void* out,
                 bool collective) const {
  const Handle memory = memory_type(type);
  const Handle mode = checked(H5Pcreate(H5P_DATASET_XFER), H5Pclose, "reading", where_);
  const std::int64_t row_bytes =
      std::max<std::int64_t>(1, info_.width() * static_cast<std::int64_t>(size_of(type)));
  const std::int64_t most = std::max<std::int64_t>(1, kLargestTransfer / row_bytes);
  const std::int64_t band = info_.chunk.empty() ? 1 : std::min(info_.chunk[0], most);
  const std::int64_t step = most / band * band;
  // Every piece but the first starts at a multiple of the band.
  const std::int64_t last = first + count;
  std::int64_t pieces = count == 0 ? 0 : (last - first / band * band + step - 1) / step;
  if (collective && communicator_) {
    check(H5Pset_dxpl_mpio(mode.get(), H5FD_MPIO_COLLECTIVE), "setting up MPI-IO", where_);
    pieces = communicator_->maximum(pieces);
  }
  std::exception_ptr failure;
  auto* next = static_cast<std::byte*>(out);
  for (std::int64_t piece = 0; piece < pieces; ++piece) {
    const std::int64_t end = std::min(last, first / band * band + step);
    try {
      std::optional<comm::Waiting> waiting;
      if (collective && communicator_) waiting.emplace(communicator_->activity());
      transfer(first, end - first, memory.get(), next, mode.get());
    } catch (const core::Error&) {
      if (!failure) failure = std::current_exception();
    }
    next += (end - first) * row_bytes;
    first = end;
  }
  if (failure) std::rethrow_exception(failure);
}

void Array::read_stored(std::int64_t first, std::int64_t count, void* out) const {
  const Handle type = checked(H5Dget_type(handle_.get()), H5Tclose, "reading the type", where_);
  transfer(first, count, type.get(), out, H5P_DEFAULT);
}

std::vector<std::string> Array::read_texts(std::int64_t first, std::int64_t count) const {
  const Handle type = checked(H5Dget_type(handle_.get()), H5Tclose, "reading the type", where_);
  const bool variable = H5Tis_variable_str(type.get()) > 0;
  const std::size_t length = H5Tget_size(type.get());
  const H5T_str_t padding = H5Tget_strpad(type.get());
  const std::int64_t most_texts =
      variable ? kTextsPerTransfer : kLargestTransfer / static_cast<std::int64_t>(length);
  const std::int64_t most =
      std::max<std::int64_t>(1, most_texts / std::max<std::int64_t>(1, info_.width()));
  // Texts lie one by one, a terminator each: even texts of one byte need no more.
  TextBudget budget{2 * static_cast<std::size_t>(info_.file_bytes)};
  std::vector<std::string> texts;
  for (const std::int64_t last = first + count; first < last;) {
    const std::int64_t piece = std::min(most, last - first);
    const auto size = static_cast<hsize_t>(piece * info_.width());
    if (variable) {
      if (heap_) heap_->require(first * info_.width(), piece * info_.width());
      const Handle space =
          checked(H5Screate_simple(1, &size, nullptr), H5Sclose, "describing memory", where_);
      VariableTexts buffer(size, type.get(), space.get(), budget);
      try {
        transfer(first, piece, type.get(), buffer.data(), buffer.mode());
      } catch (const core::Error&) {
        if (budget.exceeded) throw too_long(where_);
        throw;
      }
      for (auto& text : buffer.strings()) texts.push_back(std::move(text));
    } else {
      std::vector<char> buffer(size * length);
      transfer(first, piece, type.get(), buffer.data(), H5P_DEFAULT);
      for (std::size_t i = 0; i < size; ++i) {
        texts.push_back(fixed_text(buffer.data() + i * length, length, padding, where_));
      }
    }
    first += piece;
  }
  return texts;
}

}  // namespace mpilogit::hdf5
