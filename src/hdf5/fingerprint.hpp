#pragma once
// What was written, as two numbers beside it: the attribute `fingerprint` of a data set
// (docs/formats.md). Files of other programs have none.

#include <optional>
#include <span>
#include <string>

#include "core/byte_fingerprint.hpp"
#include "hdf5/array.hpp"

namespace mpilogit::hdf5 {

/// Of the rows first … first + count − 1 as the file stores them; not of texts of variable length.
/// Cost: one read of them.
core::ByteFingerprint stored_fingerprint(const File& file, const std::string& name,
                                         const ArrayInfo& info, std::int64_t first,
                                         std::int64_t count);

/// Throws bad input, with what to do about it, unless they are equal.
void require_fingerprint(const core::ByteFingerprint& written, const core::ByteFingerprint& found,
                         const std::string& where);

/// Likewise of a whole data set of numbers or of texts of a fixed length, if it has a fingerprint.
void require_intact(const File& file, const std::string& name, const ArrayInfo& info);

/// Whether the data set has one.
bool has_fingerprint(const File& file, const std::string& name);

}  // namespace mpilogit::hdf5
