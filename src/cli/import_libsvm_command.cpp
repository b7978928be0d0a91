#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/core/error.hpp"

#include "import_files.hpp"

namespace mpilogit::cli {

int import_libsvm_command(const Arguments& arguments, const comm::Communicator& communicator,
                          workflow::Events&) {
  const auto inputs = import_inputs(arguments);
  import_output(arguments, inputs, communicator);
  throw core::internal_failure("not yet").as_agreed();
}

}  // namespace mpilogit::cli
