#pragma once
// Files of programs that keep their data in a form of their own: what they are, and what to do.

#include <string>

#include "hdf5/file.hpp"

namespace mpilogit::data {

/// Throws bad input if `name` is missing or there in a form that cannot be read although it is
/// known: of pandas, PyTables, MATLAB or AnnData before 0.7.
void refuse_foreign(const hdf5::File& file, const std::string& name);

}  // namespace mpilogit::data
