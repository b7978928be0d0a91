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

void add_diagnosis(const TrainResult& result, Json& json) {
  const inference::Diagnosis& diagnosis = result.diagnosis;
  if (!diagnosis.examined) return;
  Json& separation = json["separation"];
  separation["kind"] = inference::to_string(diagnosis.separation.separation);
  separation["columns"] = inference::describe_separating(diagnosis, result.model);
  separation["separator"] = inference::describe_separator(diagnosis, result.model);
  separation["certain_rows"] = diagnosis.separation.certain_rows;
  json["aliased"] = inference::describe_aliased(diagnosis, result.model);
}

Json of_training(const TrainResult& result) {
  const solvers::Solution& solution = result.solution;
  Json json = running::of_data(result.shape);
  running::add_provenance(result.provenance, json);
  add_model(result.model, json);
  json["total_weight"] = result.total_weight;
  json["ranks"] = result.ranks;
  json["threads"] = result.threads;
  json["instruction_set"] = kernels::instruction_set();
  json["converged"] = result.converged();
  json["stop_reason"] = result.stop_reason();
  json["iterations"] = solution.iterations;
  json["data_passes"] = result.data_passes;
  json["reads"] = result.reads;
  json["objective"] = solution.objective;
  json["log_loss"] = result.log_loss;
  if (result.penalised_log_likelihood) {
    json["penalised_log_likelihood"] = *result.penalised_log_likelihood;
  }
  json["gradient_norm"] = solution.gradient_norm;
  json["estimated_gap"] = solution.estimated_gap;
  json["gap_kind"] = solution.bounded(result.tolerance) ? "bound" : "estimate";
  if (solution.gap_bound) json["gap_bound"] = *solution.gap_bound;
  json["nonzero_coefficients"] = result.nonzero_coefficients;
  if (result.raw_log_loss) {
    json["centred_columns"] = result.centred_columns;
    json["raw_log_loss"] = *result.raw_log_loss;
  }
  add_diagnosis(result, json);
  json["seconds"] = {{"read", result.seconds_read},
                     {"train", result.seconds_train},
                     {"total", result.seconds_total}};
  json["allreduce"] = {{"count", result.traffic.allreduce_count},
                       {"bytes", result.traffic.allreduce_bytes}};
  json["memory"] = running::of_memory(result.memory);
  running::add_timing(result.timing, json);
  json["history"] = of_history(result.history);
  json["coefficients_sha256"] = model::coefficients_sha256(result.model);
  if (result.model.inference) json["inference"] = inference::inference_record(result.model);
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

std::string to_json(const TrainResult& result) {
  return running::record_text(of_training(result));
}

std::string to_json(const PathResult& result) {
  Json json = running::of_data(result.shape);
  running::add_provenance(result.provenance, json);
  add_model(result.path.model, json);
  json["ranks"] = result.ranks;
  json["threads"] = result.threads;
  json["instruction_set"] = kernels::instruction_set();
  json["converged"] = result.converged;
  json["ended"] = result.ended;
  json["data_passes"] = result.data_passes;
  json["null_log_loss"] = result.null_loss;
  json["seconds"] = {{"read", result.seconds_read},
                     {"train", result.seconds_train},
                     {"total", result.seconds_total}};
  json["memory"] = running::of_memory(result.memory);
  running::add_timing(result.timing, json);
  const model::Path& path = result.path;
  for (std::size_t s = 0; s < path.lambda.size(); ++s) {
    json["steps"].push_back({{"lambda", path.lambda[s]},
                             {"l1", path.l1[s]},
                             {"l2", path.l2[s]},
                             {"objective", path.objective[s]},
                             {"nonzeros", path.nonzeros[s]},
                             {"deviance_explained", path.deviance_explained[s]},
                             {"data_passes", path.data_passes[s]},
                             {"stop_reason", result.stop_reasons[s]}});
  }
  return running::record_text(json);
}

std::string to_json(const CrossValidateResult& result) {
  Json json = of_training(result.refit);
  json["seconds"]["folds"] = result.seconds_folds;
  json["fold_data_passes"] = result.data_passes;
  json["folds_converged"] = result.converged;
  json["stratified"] = result.stratified;
  json["fold_rows"] = result.fold_rows;
  json["minimum"] = result.minimum;
  json["one_standard_error"] = result.one_standard_error;
  json["chosen"] = result.chosen;
  json["lambda"] = result.candidates[result.chosen].lambda;
  json["l1_ratio"] = result.candidates[result.chosen].l1_ratio;
  for (const auto& candidate : result.candidates) {
    json["candidates"].push_back(of_candidate(candidate));
  }
  return running::record_text(json);
}

}  // namespace mpilogit::fitting
