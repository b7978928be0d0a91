#pragma once
// What a model came from, as its record keeps it: enough to check the model and to train it again.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "problem/fit_options.hpp"
#include "problem/training_set.hpp"

namespace mpilogit::running {

/// What was asked for, as given.
struct Origin {
  std::string note;     ///< the user's own words; or empty
  std::string version;  ///< of this program
  std::string command;  ///< "train", "path", "cross-validate"
  std::vector<std::string> files;
  /// Those that decide the result, by name.
  std::vector<std::pair<std::string, std::string>> options;
};

/// Of each part of the data by itself: the same numbers, the same fingerprint.
struct DataFingerprint {
  std::vector<std::pair<std::string, std::uint64_t>> parts;  ///< "features", "labels", "weights", …

  /// One number for all parts.
  std::uint64_t combined() const;
};

struct Provenance {
  Origin origin;
  double tolerance = 0.0;
  DataFingerprint data;
  /// Of models that the options name, by option: SHA-256 of their coefficients.
  std::vector<std::pair<std::string, std::string>> models;
};

/// Collective. Looks at the data once, and at the models that the options name.
Provenance provenance_of(const Origin& origin, const problem::TrainingSet& set,
                         const problem::PenaltyOptions& penalty, double tolerance,
                         const std::optional<std::string>& start,
                         const comm::Communicator& communicator);

/// Collective. SHA-256 of a model's coefficients.
std::string sha256_of_model(const std::string& path, const comm::Communicator& communicator);

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
