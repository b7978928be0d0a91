#include "running/provenance.hpp"

#include "comm/agreement.hpp"
#include "model/model_file.hpp"
#include "running/data_fingerprint.hpp"

namespace mpilogit::running {

std::string sha256_of_model(const std::string& path, const comm::Communicator& communicator) {
  return comm::on_root(communicator,
                       [&] { return model::coefficients_sha256(model::read_model(path)); });
}

Provenance provenance_of(const Origin& origin, const problem::TrainingSet& set,
                         const problem::PenaltyOptions& penalty, double tolerance,
                         const std::optional<std::string>& start,
                         const comm::Communicator& communicator) {
  Provenance provenance;
  provenance.origin = origin;
  provenance.tolerance = tolerance;
  provenance.data = data_fingerprint(set, penalty, communicator);
  if (penalty.prior) {
    provenance.models.emplace_back("prior", sha256_of_model(*penalty.prior, communicator));
  }
  if (start) provenance.models.emplace_back("start", sha256_of_model(*start, communicator));
  return provenance;
}

}  // namespace mpilogit::running
