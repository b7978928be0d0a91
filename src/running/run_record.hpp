#pragma once
// What all run records have in common: data, memory, time, and how they become text.

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "data/dataset.hpp"
#include "running/timing.hpp"

namespace mpilogit::running {

std::vector<std::string> class_names(const data::ClassSet& classes);

/// Rows, features and storage of the data.
nlohmann::ordered_json of_data(const data::Shape& shape);

nlohmann::ordered_json of_memory(const MemoryUse& memory);

/// The key `timing`, with at most 1,000 ranks; nothing if there are none.
void add_timing(const Timing& timing, nlohmann::ordered_json& json);

/// The record as text, sealed if it has a provenance. Bytes that are not UTF-8 (in names from the
/// data) become U+FFFD.
std::string record_text(const nlohmann::ordered_json& json);

}  // namespace mpilogit::running
