#pragma once
// Provenance as a part of a run record, and the record's own SHA-256.

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "running/provenance.hpp"

namespace mpilogit::running {

/// The key `provenance`, with a place for the record's SHA-256.
void add_provenance(const Provenance& provenance, nlohmann::ordered_json& record);

/// The text of a record with its SHA-256 in its place: that of the text without these 64 digits.
/// A record without provenance stays as it is.
std::string sealed(std::string text);

/// Nothing if the record has none, as those of older versions.
std::optional<Provenance> provenance_in(const nlohmann::ordered_json& record);

/// Whether the text is what was sealed.
bool is_as_sealed(const std::string& text);

}  // namespace mpilogit::running
