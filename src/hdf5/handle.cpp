#include "mpilogit/hdf5/handle.hpp"

#include "mpilogit/core/error.hpp"

namespace mpilogit::hdf5 {

namespace {

// Walked upwards, entry 0 is the innermost call: the one that knows what went wrong.
herr_t keep_innermost(unsigned depth, const H5E_error2_t* entry, void* message) {
  if (depth == 0 && entry->desc != nullptr) *static_cast<std::string*>(message) = entry->desc;
  return 0;
}

std::string innermost_message() {
  std::string message;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &message);
  H5Eclear2(H5E_DEFAULT);
  return message;
}

}  // namespace

Handle checked(hid_t id, Handle::Closer close, const std::string& action,
               const std::string& where) {
  check(id < 0 ? -1 : 0, action, where);
  return Handle(id, close);
}

void check(herr_t status, const std::string& action, const std::string& where) {
  if (status >= 0) return;
  throw core::bad_input(
      {.what = action + " failed", .where = where, .why = innermost_message(), .remedy = {}});
}

}  // namespace mpilogit::hdf5
