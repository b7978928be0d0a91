#pragma once
// The bytes of an open file, past HDF5.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "hdf5/file.hpp"

namespace mpilogit::hdf5 {

/// HDF5's own: the same file, whatever its path means by now. −1 if it does not read with POSIX
/// calls.
int descriptor_of(const File& file);

/// The bytes from `at` on. Throws core::Error (bad input) with the system's reason, and if the file
/// has become too short. Several threads may call it.
void read_bytes(int descriptor, std::int64_t at, std::span<std::byte> bytes,
                const std::string& where);

}  // namespace mpilogit::hdf5
