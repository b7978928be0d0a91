#pragma once
// What a model came from, as its record keeps it: enough to check the model and to train it again.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "problem/fit_options.hpp"
#include "problem/training_set.hpp"

namespace mpilogit::running {

/// What was asked for, as given.
struct Origin {
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

}  // namespace mpilogit::running
