#pragma once
// Reading that may go wrong, where it does no harm.

#include <cstdint>

#include "core/function_ref.hpp"
#include "data/dataset.hpp"

namespace mpilogit::data {

/// Asked before each piece of a data set's values, with the bytes of memory that reading it may
/// take. False: the rest of all values goes unread.
using MayRead = core::FunctionRef<bool(std::int64_t bytes)>;

/// One process. Reads what the root of a job would read of the files' metadata, and the values of
/// the data sets that are small or fragile. HDF5 was not made for files that somebody damaged on
/// purpose: a process that does this first and crashes has saved the job. Throws core::Error as
/// reading does.
void trial_read(const Source& source, MayRead may_read);

}  // namespace mpilogit::data
