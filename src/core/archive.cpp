#include "core/archive.hpp"

#include <algorithm>
#include <cstdint>

#include "core/error.hpp"

namespace mpilogit::core {

namespace {

Error not_of_this_run() {
  return agreed_bad_input({.what = "the kept state does not fit the run that it is for",
                           .why = "it has other numbers of values",
                           .remedy = "Begin anew, with --restart"});
}

}  // namespace

void Archive::require(bool sound) {
  if (!sound) throw not_of_this_run();
}

void Archive::raw(std::span<std::byte> value) {
  if (!reading_) {
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return;
  }
  if (value.size() > bytes_.size() - place_) throw not_of_this_run();
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(place_), value.size(), value.begin());
  place_ += value.size();
}

std::size_t Archive::count_of(std::size_t count, std::size_t least_bytes_each) {
  std::uint64_t written = count;
  (*this)(written);
  if (reading_ && written > (bytes_.size() - place_) / least_bytes_each) throw not_of_this_run();
  return static_cast<std::size_t>(written);
}

}  // namespace mpilogit::core
