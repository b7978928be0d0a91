#pragma once
// Fingerprints of a file's data sets, and the attribute that keeps them.

#include <optional>
#include <span>
#include <string>

#include "core/digest.hpp"
#include "hdf5/array.hpp"
#include "hdf5/handle.hpp"

namespace mpilogit::hdf5 {

// What was written, as two numbers beside it: the attribute `fingerprint` of a data set
// (docs/formats.md). Files of other programs have none.

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

/// Replaces what the data set's attribute says.
void write_fingerprint(hid_t dataset, const core::ByteFingerprint& fingerprint,
                       const std::string& where);

/// Nothing if the data set has none.
std::optional<core::ByteFingerprint> read_fingerprint(hid_t dataset, const std::string& where);

/// Of texts of variable length: of all of them one after the other, a zero after each.
core::ByteFingerprint fingerprint_of(std::span<const std::string> texts);

}  // namespace mpilogit::hdf5
