#pragma once
// What HDF5 may not survive is tried where it does no harm.

#include <string>

#include <hdf5.h>

#include "mpilogit/core/function_ref.hpp"

namespace mpilogit::hdf5 {

/// Strings of variable length lie in a heap of the file that has no checksum, and HDF5 believes
/// what it finds there: a damaged length or place brings a crash, a loop without an end or all of
/// the memory. So `read` is run in a copy of the process first, with the time and the memory that
/// the file's size allows. Throws bad input, naming `where`, if it does not survive that, and what
/// `read` throws there. `object` is of the file. A millisecond or so.
void rehearse(hid_t object, const std::string& where, core::FunctionRef<void()> read);

}  // namespace mpilogit::hdf5
