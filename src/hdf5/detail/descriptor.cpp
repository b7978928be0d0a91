#include "hdf5/detail/descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

#include "core/error.hpp"
#include "hdf5/array.hpp"

namespace mpilogit::hdf5 {

namespace {

core::Error failure(const std::string& where, const std::string& why) {
  return core::bad_input({.what = "reading failed",
                          .where = where,
                          .why = why,
                          .remedy = "Check that nobody writes to the file, and its disk"});
}

}  // namespace

int descriptor_of(const File& file) {
  const Handle access = checked(H5Fget_access_plist(file.get()), H5Pclose, "opening", file.path());
  if (H5Pget_driver(access.get()) != H5FD_SEC2) return -1;
  void* descriptor = nullptr;
  check(H5Fget_vfd_handle(file.get(), access.get(), &descriptor), "opening", file.path());
  return *static_cast<int*>(descriptor);
}

void read_bytes(int descriptor, std::int64_t at, std::span<std::byte> bytes,
                const std::string& where) {
  while (!bytes.empty()) {
    const std::size_t wanted = std::min(bytes.size(), std::size_t{kLargestTransfer});
    const ssize_t got = ::pread(descriptor, bytes.data(), wanted, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw failure(where, std::strerror(errno));
    if (got == 0) throw failure(where, "the file became shorter while it was being read");
    bytes = bytes.subspan(static_cast<std::size_t>(got));
    at += got;
  }
}

}  // namespace mpilogit::hdf5
