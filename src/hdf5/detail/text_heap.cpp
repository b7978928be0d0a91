#include "hdf5/detail/text_heap.hpp"

#include <algorithm>
#include <cstring>
#include <sys/stat.h>

#include "core/error.hpp"
#include "hdf5/detail/descriptor.hpp"

namespace mpilogit::hdf5 {

namespace {

// In a data set: length (4 bytes), address of a collection (8), number in it (4).
constexpr std::size_t kReference = 16;
// Of a collection: "GCOL", version (1), nothing (3), size (8). Of each text in it: number (2),
// count of references (2), nothing (4), length (8); the text itself is filled up to a multiple
// of 8.
constexpr std::size_t kHeader = 16;
constexpr std::size_t kMostKnown = 4096;

// HDF5 stores little-endian numbers, whatever the machine.
std::uint64_t number_at(const std::byte* bytes, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = size; i-- > 0;)
    number = number << 8U | std::to_integer<std::uint64_t>(bytes[i]);
  return number;
}

core::Error astray(const std::string& where, const std::string& what) {
  return core::bad_input({.what = what,
                          .where = where,
                          .why = "the file is damaged, or was made to do harm",
                          .remedy = "Write it again"});
}

}  // namespace

TextHeap::TextHeap(int descriptor, std::uint64_t start, std::uint64_t base, std::string where)
    : descriptor_(descriptor), start_(start), base_(base), where_(std::move(where)) {
  struct stat status {};
  if (::fstat(descriptor, &status) == 0) file_bytes_ = static_cast<std::uint64_t>(status.st_size);
}

std::optional<TextHeap> TextHeap::of(const File& file, hid_t dataset, const std::string& name) {
  const std::string where = file.where(name);
  const haddr_t start = H5Dget_offset(dataset);
  const Handle creation =
      checked(H5Fget_create_plist(file.get()), H5Pclose, "reading the layout", where);
  std::size_t of_address = 0;
  std::size_t of_length = 0;
  hsize_t user_block = 0;
  check(H5Pget_sizes(creation.get(), &of_address, &of_length), "reading the layout", where);
  check(H5Pget_userblock(creation.get(), &user_block), "reading the layout", where);
  H5Eclear2(H5E_DEFAULT);  // an undefined place is one
  const int descriptor = descriptor_of(file);
  if (descriptor < 0 || start == HADDR_UNDEF || of_address != 8 || of_length != 8) {
    return std::nullopt;
  }
  return TextHeap(descriptor, start, user_block, where);
}

void TextHeap::read(std::uint64_t at, std::span<std::byte> bytes) const {
  if (at > file_bytes_ || bytes.size() > file_bytes_ - at) {
    throw astray(where_, "its texts lie outside of the file");
  }
  read_bytes(descriptor_, static_cast<std::int64_t>(at), bytes, where_);
}

TextHeap::Lengths TextHeap::read_lengths(std::uint64_t address) const {
  if (address > file_bytes_) throw astray(where_, "its texts lie outside of the file");
  std::vector<std::byte> all(kHeader);
  read(base_ + address, all);
  const std::uint64_t size = number_at(all.data() + 8, 8);
  if (std::memcmp(all.data(), "GCOL", 4) != 0 || size < kHeader || size > file_bytes_) {
    throw astray(where_, "its texts are not where it says");
  }
  all.resize(size);
  read(base_ + address, all);
  Lengths lengths;
  for (std::uint64_t at = kHeader; size - at >= kHeader;) {
    const auto number = static_cast<std::uint32_t>(number_at(all.data() + at, 2));
    const std::uint64_t length = number_at(all.data() + at + 8, 8);
    // Number 0 is free space, its own header included.
    const std::uint64_t left = size - at - (number == 0 ? 0 : kHeader);
    if (length > left || (number == 0 && length == 0)) {
      throw astray(where_, "the file's heap of texts is damaged");
    }
    if (number != 0) lengths.insert_or_assign(number, length);
    at += number == 0 ? length : kHeader + std::min(left, (length + 7) / 8 * 8);
  }
  return lengths;
}

const TextHeap::Lengths& TextHeap::lengths_at(std::uint64_t address) {
  const auto known = known_.find(address);
  if (known != known_.end()) return known->second;
  if (known_.size() >= kMostKnown) known_.clear();
  return known_.emplace(address, read_lengths(address)).first->second;
}

void TextHeap::require(std::int64_t first, std::int64_t count) {
  std::vector<std::byte> references(static_cast<std::size_t>(count) * kReference);
  read(start_ + static_cast<std::uint64_t>(first) * kReference, references);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::byte* reference = references.data() + static_cast<std::size_t>(i) * kReference;
    const std::uint64_t address = number_at(reference + 4, 8);
    if (address == 0) continue;  // no text, which is an empty one
    const Lengths& lengths = lengths_at(address);
    const auto text = lengths.find(static_cast<std::uint32_t>(number_at(reference + 12, 4)));
    if (text == lengths.end() || text->second != number_at(reference, 4)) {
      throw astray(where_, "text " + std::to_string(first + i) + " is not in the file's heap");
    }
  }
}

}  // namespace mpilogit::hdf5
