#pragma once
// Whether a model is what its record says, on the data that it was trained on.

#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "fitting/train.hpp"
#include "model/model.hpp"
#include "running/provenance.hpp"

namespace mpilogit::fitting {

/// What a model's record says of its training.
struct RecordedTraining {
  std::optional<running::Provenance> provenance;  ///< none in records of older versions
  bool as_sealed = false;                         ///< the record is as it was written
  bool converged = false;
  std::string stop_reason;
  std::string coefficients_sha256;
  std::string instruction_set;
  double objective = 0.0;
  double l1 = 0.0;
  double l2 = 0.0;
  std::int64_t rows = 0;
  std::int64_t features = 0;
  std::vector<std::string> class_names;
};

/// Throws bad input, agreed, if the record is none of a training. `path`: for messages.
RecordedTraining recorded_training(const model::Model& model, const std::string& path);

struct VerifyOptions {
  std::string model_path;
  std::string version;  ///< of this program
  /// The recorded training, on the data that is given now.
  TrainOptions training;
  bool retrain = false;
};

struct VerifyResult {
  std::vector<std::string> differences;  ///< a sentence for each thing that is not as recorded
  std::vector<std::string> unchecked;    ///< likewise, what could not be verified
  std::vector<std::string> parts;        ///< of the data whose fingerprints are as recorded
  std::string coefficients_sha256;
  double recorded_objective = 0.0;
  double tolerance = 0.0;
  // Of the stored model; not there if it could not be evaluated.
  std::optional<double> objective;
  std::optional<double> gradient_norm;
  std::optional<double> gap;
  std::int64_t data_passes = 0;
  std::optional<bool> same_bits;  ///< trained again

  bool verified() const { return differences.empty() && unchecked.empty(); }
};

/// What can be told without the data: the record, the coefficients, the version.
VerifyResult verify_record(const VerifyOptions& options, const model::Model& model,
                           const RecordedTraining& recorded);

/// Collective. That, and all that the data can tell. Needs the record's provenance. Throws
/// core::Error, the same on all ranks.
VerifyResult verify(const VerifyOptions& options, const model::Model& model,
                    const RecordedTraining& recorded, const comm::Communicator& communicator,
                    problem::FitObserver& observer);

/// For --json.
std::string to_json(const VerifyResult& result);

}  // namespace mpilogit::fitting
