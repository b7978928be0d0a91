#include "fitting/verify.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "core/units.hpp"
#include "fitting/fit.hpp"
#include "kernels/instruction_set.hpp"
#include "running/checkpoints.hpp"
#include "running/data_fingerprint.hpp"
#include "running/provenance.hpp"

namespace mpilogit::fitting {

namespace {

// F of the same coefficients has the same bits; but instruction sets that do not fuse round
// otherwise, and classes are centred after F was measured.
constexpr double kSameObjective = 1e-12;

// A gap below this is rounding, whatever tolerance was asked for.
constexpr double kRoundingGap = 1e-12;

std::string digits_of(const std::string& sha256) {
  return sha256.substr(0, 12) + "...";
}

bool nearly(double a, double b) {
  return std::abs(a - b) <= kSameObjective * std::max(std::abs(a), std::abs(b));
}

class Verification {
 public:
  Verification(const VerifyOptions& options, const model::Model& model,
               const RecordedTraining& recorded)
      : options_(options), model_(model), recorded_(recorded) {
    report_.coefficients_sha256 = model::coefficients_sha256(model);
    report_.recorded_objective = recorded.objective;
    if (recorded.provenance) report_.tolerance = recorded.provenance->tolerance;
  }

  void check_record();
  void check_data(const problem::TrainingSet& set, const comm::Communicator& communicator);
  /// Whether the objective can be evaluated, as far as files are needed for it.
  bool check_prior(const comm::Communicator& communicator);
  void evaluate(const problem::TrainingSet& set, const comm::Communicator& communicator,
                problem::FitObserver& observer);
  void retrain(const problem::TrainingSet& set, const comm::Communicator& communicator,
               problem::FitObserver& observer);

  bool fits() const { return fits_; }
  VerifyResult& report() { return report_; }

 private:
  template <class... Parts>
  void differs(fmt::format_string<Parts...> form, Parts&&... parts) {
    report_.differences.push_back(fmt::format(form, std::forward<Parts>(parts)...));
  }
  template <class... Parts>
  void unchecked(fmt::format_string<Parts...> form, Parts&&... parts) {
    report_.unchecked.push_back(fmt::format(form, std::forward<Parts>(parts)...));
  }
  bool check_model(const std::string& option, const std::string& path,
                   const comm::Communicator& communicator);
  TrainResult fit_again(TrainOptions options, const problem::TrainingSet& set,
                        const comm::Communicator& communicator,
                        problem::FitObserver& observer) const;
  void check_objective();
  void check_gap();

  const VerifyOptions& options_;
  const model::Model& model_;
  const RecordedTraining& recorded_;
  VerifyResult report_;
  bool fits_ = true;  // the data has the columns and the classes of the model
};

void Verification::check_record() {
  if (recorded_.coefficients_sha256 != report_.coefficients_sha256) {
    differs(
        "the coefficients are not those of the training: their SHA-256 is {}, the record has {}",
        digits_of(report_.coefficients_sha256), digits_of(recorded_.coefficients_sha256));
  }
  if (model_.l1 != recorded_.l1 || model_.l2 != recorded_.l2) {
    differs("the penalty of the model (L2 {}, L1 {}) is not that of the record (L2 {}, L1 {})",
            model_.l2, model_.l1, recorded_.l2, recorded_.l1);
  }
  if (!recorded_.provenance) {
    unchecked(
        "the record was written by a version that kept neither the options nor a fingerprint "
        "of the data: data, objective and record cannot be checked");
    return;
  }
  const running::Provenance& provenance = *recorded_.provenance;
  if (!recorded_.as_sealed) {
    differs("the record was edited after it was written: its text does not have its SHA-256");
  }
  if (provenance.origin.version != options_.version) {
    differs("it was trained by version {} of mpilogit, this is version {}",
            provenance.origin.version, options_.version);
  }
  if (provenance.tolerance != options_.training.solver.tolerance) {
    differs("the record contradicts itself: the tolerance is {}, and by its options {}",
            provenance.tolerance, options_.training.solver.tolerance);
  }
}

void Verification::check_data(const problem::TrainingSet& set,
                              const comm::Communicator& communicator) {
  const data::Shape& shape = set.dataset.shape();
  if (shape.rows != recorded_.rows) {
    differs("the data has {} rows, that of the training had {}", shape.rows, recorded_.rows);
  }
  if (shape.features != recorded_.features) {
    differs("the data has {} features, that of the training had {}", shape.features,
            recorded_.features);
    fits_ = false;
  } else if (shape.feature_names != model_.data_feature_names) {
    differs("the features of the data have other names than those of the training");
    fits_ = false;
  }
  std::vector<std::string> names;
  for (std::size_t k = 0; k < set.classes().size(); ++k) names.push_back(set.classes().name(k));
  if (names != recorded_.class_names) {
    differs("the data has other classes than that of the training ({} instead of {})",
            fmt::join(names, ", "), fmt::join(recorded_.class_names, ", "));
    fits_ = false;
  }
  const running::DataFingerprint found =
      running::data_fingerprint(set, options_.training.penalty, communicator);
  const auto& kept = recorded_.provenance->data.parts;
  for (const auto& [name, part] : found.parts) {
    const auto before = std::find_if(
        kept.begin(), kept.end(), [&, &wanted = name](const auto& p) { return p.first == wanted; });
    if (before == kept.end()) {
      differs("the record has no fingerprint of the {}", name);
    } else if (before->second != part) {
      differs(
          "the {} are not those of the training: their fingerprint is {:016x}, the record has "
          "{:016x}",
          name, part, before->second);
    } else {
      report_.parts.push_back(name);
    }
  }
}

// A model that the options name, which may have moved or changed since.
bool Verification::check_model(const std::string& option, const std::string& path,
                               const comm::Communicator& communicator) {
  const std::string there = comm::on_root(communicator, [&] {
    std::error_code failure;
    return std::string(std::filesystem::exists(path, failure) ? "yes" : "");
  });
  if (there.empty()) {
    unchecked("the model of --{}, '{}', is not there", option, path);
    return false;
  }
  const std::string now = running::sha256_of_model(path, communicator);
  for (const auto& [name, sha256] : recorded_.provenance->models) {
    if (name != option || sha256 == now) continue;
    differs(
        "the model of --{}, '{}', is another one than at the training: the SHA-256 of its "
        "coefficients is {}, the record has {}",
        option, path, digits_of(now), digits_of(sha256));
  }
  return true;
}

bool Verification::check_prior(const comm::Communicator& communicator) {
  const auto& prior = options_.training.penalty.prior;
  return !prior || check_model("prior", *prior, communicator);
}

TrainResult Verification::fit_again(TrainOptions options, const problem::TrainingSet& set,
                                    const comm::Communicator& communicator,
                                    problem::FitObserver& observer) const {
  options.diagnostics.reset();
  options.checkpoint.reset();
  TrainResult result;
  const core::Stopwatch clock;
  running::Checkpoints none(std::nullopt, communicator, observer);
  const auto follow = [&](const solvers::Progress& progress) {
    observer.progress(progress, clock.seconds());
    return true;
  };
  fit(options, set, communicator, none, {follow, nullptr}, result);
  return result;
}

// The first iteration of the default solver from the stored model: F, its gradient, and the gap.
void Verification::evaluate(const problem::TrainingSet& set, const comm::Communicator& communicator,
                            problem::FitObserver& observer) {
  TrainOptions options = options_.training;
  options.start = options_.model_path;
  options.evaluate_only = true;
  options.inference.reset();
  options.solver = {};
  options.solver.tolerance = options_.training.solver.tolerance;
  options.solver.max_iterations = 0;
  const TrainResult found = fit_again(options, set, communicator, observer);
  report_.objective = found.solution.objective;
  report_.gradient_norm = found.solution.gradient_norm;
  report_.gap = found.solution.estimated_gap;
  report_.data_passes = found.data_passes;
  if (found.model.l1 != recorded_.l1 || found.model.l2 != recorded_.l2) {
    differs("the penalty by the record's options (L2 {}, L1 {}) is not the record's (L2 {}, L1 {})",
            found.model.l2, found.model.l1, recorded_.l2, recorded_.l1);
  }
  check_objective();
  check_gap();
}

void Verification::check_objective() {
  if (nearly(*report_.objective, recorded_.objective)) return;
  differs("the objective of the stored model is {}, the record has {}", *report_.objective,
          recorded_.objective);
}

// The tolerance is what the record says; a gap that is not a number is above all of them.
void Verification::check_gap() {
  if (!recorded_.converged) {
    unchecked(
        "the training stopped before its tolerance ({}), so that there is no optimum to verify",
        recorded_.stop_reason);
    return;
  }
  if (*report_.gap <= std::max(report_.tolerance, kRoundingGap)) return;
  unchecked("the relative gap of the stored model is {:.2e}, above the tolerance of {:g}",
            *report_.gap, report_.tolerance);
}

void Verification::retrain(const problem::TrainingSet& set, const comm::Communicator& communicator,
                           problem::FitObserver& observer) {
  const auto& start = options_.training.start;
  if (start && !check_model("start", *start, communicator)) return;
  const bool fused = recorded_.instruction_set != "sse4" && recorded_.instruction_set != "plain";
  if (fused != kernels::fuses_products()) {
    unchecked(
        "it was trained with the instruction set {}, which rounds otherwise than {}: train "
        "again with --instruction-set {}, or where there is one like it",
        recorded_.instruction_set, kernels::instruction_set(), recorded_.instruction_set);
    return;
  }
  const TrainResult found = fit_again(options_.training, set, communicator, observer);
  const std::string sha256 = model::coefficients_sha256(found.model);
  report_.same_bits = sha256 == report_.coefficients_sha256 &&
                      found.model.intercept_at_centre == model_.intercept_at_centre &&
                      found.model.coefficients_at_centre == model_.coefficients_at_centre;
  if (*report_.same_bits) return;
  differs("trained again, the coefficients have other bits: their SHA-256 is {}, the model's {}",
          digits_of(sha256), digits_of(report_.coefficients_sha256));
}

}  // namespace

VerifyResult verify_record(const VerifyOptions& options, const model::Model& model,
                           const RecordedTraining& recorded) {
  Verification verification(options, model, recorded);
  verification.check_record();
  return std::move(verification.report());
}

VerifyResult verify(const VerifyOptions& options, const model::Model& model,
                    const RecordedTraining& recorded, const comm::Communicator& communicator,
                    problem::FitObserver& observer) {
  Verification verification(options, model, recorded);
  verification.check_record();
  comm::Phase phase(communicator, "reading the data");
  const core::Stopwatch watch;
  const problem::TrainingSet set(design_of(options.training), 1, options.training.threads,
                                 communicator);
  observer.data_read(set.dataset, watch.seconds());
  verification.check_data(set, communicator);
  if (!verification.fits()) return std::move(verification.report());
  if (!verification.check_prior(communicator)) return std::move(verification.report());
  phase.turn_to("evaluating the model");
  verification.evaluate(set, communicator, observer);
  phase.turn_to("training");
  if (options.retrain) verification.retrain(set, communicator, observer);
  return std::move(verification.report());
}

}  // namespace mpilogit::fitting
