#pragma once
// Reading that may go wrong, where it does no harm.

#include "mpilogit/data/dataset.hpp"

namespace mpilogit::data {

/// One process. Reads what the root of a job would read of the files' metadata, and the values of
/// the data sets that are small. HDF5 was not made for files that somebody damaged on purpose: a
/// process that does this first and crashes has saved the job. Throws core::Error as reading does.
void rehearse(const Source& source);

}  // namespace mpilogit::data
