#include "mpilogit/table/rounds.hpp"

#include <array>
#include <exception>
#include <limits>

#include "mpilogit/comm/agreement.hpp"

namespace mpilogit::table {

void in_rounds(const comm::Communicator& communicator, core::FunctionRef<std::int64_t()> step,
               core::FunctionRef<void(std::int64_t done)> progress) {
  std::exception_ptr error;
  bool at_end = false;
  std::int64_t done = 0;
  for (;;) {
    std::int64_t size = 0;
    if (!at_end) {
      try {
        size = step();
        at_end = size == 0;
      } catch (...) {
        error = std::current_exception();
        at_end = true;
      }
    }
    std::array<std::int64_t, 3> sums = {size, at_end ? 0 : 1, error ? 1 : 0};
    communicator.sum(sums);
    if (sums[2] > 0) {
      const std::int64_t rank = communicator.rank();
      const std::int64_t lowest =
          communicator.minimum(error ? rank : std::numeric_limits<std::int64_t>::max());
      if (rank > lowest) at_end = true;
      sums[1] = communicator.sum(at_end ? std::int64_t{0} : std::int64_t{1});
    }
    done += sums[0];
    progress(done);
    if (sums[1] == 0) break;
  }
  comm::together(communicator, [&] {
    if (error) std::rethrow_exception(error);
  });
}

}  // namespace mpilogit::table
