#pragma once
// Whether the bytes of an archive are those that were put there.

#include "comm/communicator.hpp"
#include "formats/byte_source.hpp"
#include "formats/rounds.hpp"

namespace mpilogit::formats {

/// Collective. Compares the checksum of what nobody compares while reading: each rank reads its
/// part of the bytes once. Throws bad input, the same on all ranks, if it is another.
void require_checksum(ByteSource& source, const comm::Communicator& communicator,
                      const Progress& progress);

}  // namespace mpilogit::formats
