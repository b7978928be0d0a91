#include "fitting/record.hpp"

#include <vector>

#include <nlohmann/json.hpp>

#include "inference/record.hpp"
#include "kernels/instruction_set.hpp"
#include "running/provenance.hpp"
#include "running/run_record.hpp"

namespace mpilogit::fitting {

namespace {

using Json = nlohmann::ordered_json;

void add_model(const model::Model& model, Json& json) {
  json["classes"] = model.classes.size();
  json["class_names"] = running::class_names(model.classes);
  json["model_objective"] = model.objective;
  json["model_features"] = model.features;
  json["solver"] = model.solver;
  json["l2"] = model.l2;
  json["l1"] = model.l1;
  json["standardized"] = model.standardized;
  json["firth"] = model.firth;
}

// A number that is not finite becomes null.
Json of_history(const std::vector<running::HistoryEntry>& history) {
  Json json = Json::array();
  for (const auto& entry : history) {
    json.push_back({{"iteration", entry.iteration},
                    {"objective", entry.objective},
                    {"estimated_gap", entry.estimated_gap},
                    {"gradient_norm", entry.gradient_norm},
                    {"data_passes", entry.data_passes},
                    {"seconds", entry.seconds}});
  }
  return json;
}

void add_diagnosis(const TrainReport& report, Json& json) {
  const inference::Diagnosis& diagnosis = report.diagnosis;
  if (!diagnosis.examined) return;
  Json& separation = json["separation"];
  separation["kind"] = inference::to_string(diagnosis.separation.separation);
  separation["columns"] = inference::describe_separating(diagnosis, report.model);
  separation["separator"] = inference::describe_separator(diagnosis, report.model);
  separation["certain_rows"] = diagnosis.separation.certain_rows;
  json["aliased"] = inference::describe_aliased(diagnosis, report.model);
}

Json of_training(const TrainReport& report) {
  const solvers::Solution& solution = report.solution;
  Json json = running::of_data(report.shape);
  running::add_provenance(report.provenance, json);
  add_model(report.model, json);
  json["total_weight"] = report.total_weight;
  json["ranks"] = report.ranks;
  json["threads"] = report.threads;
  json["instruction_set"] = kernels::instruction_set();
  json["converged"] = report.converged();
  json["stop_reason"] = report.stop_reason();
  json["iterations"] = solution.iterations;
  json["data_passes"] = report.data_passes;
  json["reads"] = report.reads;
  json["objective"] = solution.objective;
  json["log_loss"] = report.log_loss;
  if (report.penalised_log_likelihood) {
    json["penalised_log_likelihood"] = *report.penalised_log_likelihood;
  }
  json["gradient_norm"] = solution.gradient_norm;
  json["estimated_gap"] = solution.estimated_gap;
  json["gap_kind"] = solution.bounded(report.tolerance) ? "bound" : "estimate";
  if (solution.gap_bound) json["gap_bound"] = *solution.gap_bound;
  json["nonzero_coefficients"] = report.nonzero_coefficients;
  if (report.raw_log_loss) {
    json["centred_columns"] = report.centred_columns;
    json["raw_log_loss"] = *report.raw_log_loss;
  }
  add_diagnosis(report, json);
  json["seconds"] = {{"read", report.seconds_read},
                     {"train", report.seconds_train},
                     {"total", report.seconds_total}};
  json["allreduce"] = {{"count", report.traffic.allreduce_count},
                       {"bytes", report.traffic.allreduce_bytes}};
  json["memory"] = running::of_memory(report.memory);
  running::add_timing(report.timing, json);
  json["history"] = of_history(report.history);
  json["coefficients_sha256"] = model::coefficients_sha256(report.model);
  if (report.model.inference) json["inference"] = inference::inference_record(report.model);
  return json;
}

Json number_or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json of_candidate(const Candidate& candidate) {
  Json json;
  json["lambda"] = candidate.lambda;
  json["l1_ratio"] = candidate.l1_ratio;
  json["log_loss"] = candidate.mean_log_loss;
  json["standard_error"] = candidate.standard_error;
  json["accuracy"] = candidate.mean_accuracy;
  json["roc_auc"] = number_or_null(candidate.mean_roc_auc);
  json["nonzeros"] = candidate.mean_nonzeros;
  for (const auto& fold : candidate.folds) {
    json["folds"].push_back({{"log_loss", fold.log_loss},
                             {"accuracy", fold.accuracy},
                             {"roc_auc", number_or_null(fold.roc_auc)}});
  }
  return json;
}

}  // namespace

std::string to_json(const TrainReport& report) {
  return running::record_text(of_training(report));
}

std::string to_json(const PathReport& report) {
  Json json = running::of_data(report.shape);
  running::add_provenance(report.provenance, json);
  add_model(report.path.model, json);
  json["ranks"] = report.ranks;
  json["threads"] = report.threads;
  json["instruction_set"] = kernels::instruction_set();
  json["converged"] = report.converged;
  json["ended"] = report.ended;
  json["data_passes"] = report.data_passes;
  json["null_log_loss"] = report.null_loss;
  json["seconds"] = {{"read", report.seconds_read},
                     {"train", report.seconds_train},
                     {"total", report.seconds_total}};
  json["memory"] = running::of_memory(report.memory);
  running::add_timing(report.timing, json);
  const model::Path& path = report.path;
  for (std::size_t s = 0; s < path.lambda.size(); ++s) {
    json["steps"].push_back({{"lambda", path.lambda[s]},
                             {"l1", path.l1[s]},
                             {"l2", path.l2[s]},
                             {"objective", path.objective[s]},
                             {"nonzeros", path.nonzeros[s]},
                             {"deviance_explained", path.deviance_explained[s]},
                             {"data_passes", path.data_passes[s]},
                             {"stop_reason", report.stop_reasons[s]}});
  }
  return running::record_text(json);
}

std::string to_json(const CrossValidateReport& report) {
  Json json = of_training(report.refit);
  json["seconds"]["folds"] = report.seconds_folds;
  json["fold_data_passes"] = report.data_passes;
  json["folds_converged"] = report.converged;
  json["stratified"] = report.stratified;
  json["fold_rows"] = report.fold_rows;
  json["minimum"] = report.minimum;
  json["one_standard_error"] = report.one_standard_error;
  json["chosen"] = report.chosen;
  json["lambda"] = report.candidates[report.chosen].lambda;
  json["l1_ratio"] = report.candidates[report.chosen].l1_ratio;
  for (const auto& candidate : report.candidates) {
    json["candidates"].push_back(of_candidate(candidate));
  }
  return running::record_text(json);
}

}  // namespace mpilogit::fitting
