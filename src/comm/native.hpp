#pragma once
// The MPI handle itself, for libraries that ask for one (parallel HDF5). Include nowhere else.

#include <mpi.h>

#include "comm/communicator.hpp"

namespace mpilogit::comm {

MPI_Comm native_handle(const Communicator& communicator);

}  // namespace mpilogit::comm
