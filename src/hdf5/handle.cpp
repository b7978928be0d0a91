#include "hdf5/handle.hpp"

#include <string_view>

#include "core/error.hpp"

namespace mpilogit::hdf5 {

namespace {

// Walked upwards, entry 0 is the innermost call: the one that knows what went wrong.
herr_t keep_innermost(unsigned depth, const H5E_error2_t* entry, void* message) {
  if (depth == 0 && entry->desc != nullptr) *static_cast<std::string*>(message) = entry->desc;
  return 0;
}

// Where a system call failed, HDF5 tells time, descriptor, addresses and sizes, and in the middle
// of it "error message = 'No space left on device'".
std::string system_reason(const std::string& message) {
  constexpr std::string_view kMark = "error message = '";
  const std::size_t mark = message.find(kMark);
  if (mark == std::string::npos) return {};
  const std::size_t first = mark + kMark.size();
  return message.substr(first, message.find('\'', first) - first);
}

struct Failure {
  std::string reason;
  bool of_system = false;  // a system call failed
};

Failure last_failure() {
  Failure failure;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &failure.reason);
  H5Eclear2(H5E_DEFAULT);
  const std::string reason = system_reason(failure.reason);
  return reason.empty() ? failure : Failure{reason, true};
}

core::Error failed(const std::string& action, const std::string& where, const std::string& why) {
  return core::bad_input({.what = action + " failed",
                          .where = where,
                          .why = why,
                          .remedy = "Check the file and the disk that it is on"});
}

}  // namespace

Handle checked(hid_t id, Handle::Closer close, const std::string& action,
               const std::string& where) {
  check(id < 0 ? -1 : 0, action, where);
  return Handle(id, close);
}

bool found(htri_t answer, const std::string& action, const std::string& where) {
  if (answer >= 0) return answer > 0;
  const Failure failure = last_failure();
  if (failure.of_system) throw failed(action, where, failure.reason);
  return false;
}

void check(herr_t status, const std::string& action, const std::string& where) {
  if (status < 0) throw failed(action, where, last_failure().reason);
}

}  // namespace mpilogit::hdf5
