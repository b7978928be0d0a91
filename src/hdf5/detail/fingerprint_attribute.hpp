#pragma once
// The attribute that keeps a fingerprint.

#include <optional>
#include <span>
#include <string>

#include "core/byte_fingerprint.hpp"
#include "hdf5/handle.hpp"

namespace mpilogit::hdf5 {

/// Replaces what the data set's attribute says.
void write_fingerprint(hid_t dataset, const core::ByteFingerprint& fingerprint,
                       const std::string& where);

/// Nothing if the data set has none.
std::optional<core::ByteFingerprint> read_fingerprint(hid_t dataset, const std::string& where);

/// Of texts of variable length: of all of them one after the other, a zero after each.
core::ByteFingerprint fingerprint_of(std::span<const std::string> texts);

}  // namespace mpilogit::hdf5
