#include "table/unreadable.hpp"

#include <cerrno>
#include <cstring>

namespace mpilogit::table {

core::Error unreadable(const std::string& path, const std::string& action, int cause) {
  return core::bad_input(
      {.what = action + " failed",
       .where = path,
       .why = std::strerror(cause),
       .remedy = cause == ENOENT ? "Check the path; it must be there on every host" : ""});
}

}  // namespace mpilogit::table
