#include "fitting/record.hpp"

#include <vector>

#include <nlohmann/json.hpp>

#include "kernels/instruction_set.hpp"

#include "scoring/evaluation_record.hpp"
#include "inference/inference_record.hpp"
#include "running/provenance_record.hpp"

namespace mpilogit::workflow {

namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> class_names(const data::ClassSet& classes) {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < classes.size(); ++k) names.push_back(classes.name(k));
  return names;
}

// Bytes that are not UTF-8 (in names from the data) become U+FFFD instead of an exception.
std::string dump(const Json& json) {
  return sealed(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace

namespace {

Json of_data(const data::Shape& shape) {
  Json json;
  json["rows"] = shape.rows;
  json["features"] = shape.features;
  json["nonzeros"] = shape.nonzeros;
  json["storage"] = shape.storage;
  json["sparse"] = shape.sparse;
  if (!shape.unused.empty()) json["unused"] = shape.unused;
  return json;
}

Json of_memory(const MemoryUse& memory) {
  return {{"peak_bytes_per_rank_max", memory.peak_per_rank_max},
          {"peak_bytes_total", memory.peak_total},
          {"shard_bytes", memory.shards},
          {"memory_budget", memory.residence.budget},
          {"resident_bytes", memory.residence.resident},
          {"streamed_bytes", memory.residence.streamed},
          {"bytes_read", memory.bytes_read},
          {"bytes_mapped", memory.bytes_mapped}};
}

// Not in the record that goes into the model: that is written before, and a model that is passed on
// does not name the hosts where it was trained.
void add_timing(const Timing& timing, Json& json) {
  constexpr std::size_t kMostRanks = 1000;
  if (timing.ranks.empty()) return;
  Json& told = json["timing"];
  told["slowest_rank"] = timing.slowest().rank;
  told["imbalance"] = timing.imbalance;
  for (const auto& rank : extremes(timing.ranks, kMostRanks)) {
    told["ranks"].push_back({{"rank", rank.rank},
                             {"host", rank.host},
                             {"rows", rank.rows},
                             {"seconds_read", rank.seconds_read},
                             {"seconds_compute", rank.seconds_compute},
                             {"seconds_wait", rank.seconds_wait},
                             {"seconds_disk", rank.seconds_disk},
                             {"peak_memory_bytes", rank.peak_memory_bytes}});
  }
}

void add_model(const model::Model& model, Json& json) {
  json["classes"] = model.classes.size();
  json["class_names"] = class_names(model.classes);
  json["model_objective"] = model.objective;
  json["model_features"] = model.features;
  json["solver"] = model.solver;
  json["l2"] = model.l2;
  json["l1"] = model.l1;
  json["standardized"] = model.standardized;
  json["firth"] = model.firth;
}

// A number that is not finite becomes null.
Json of_history(const std::vector<HistoryEntry>& history) {
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
  const Diagnosis& diagnosis = report.diagnosis;
  if (!diagnosis.examined) return;
  Json& separation = json["separation"];
  separation["kind"] = to_string(diagnosis.separation.separation);
  separation["columns"] = describe_separating(diagnosis, report.model);
  separation["separator"] = describe_separator(diagnosis, report.model);
  separation["certain_rows"] = diagnosis.separation.certain_rows;
  json["aliased"] = describe_aliased(diagnosis, report.model);
}

Json of_training(const TrainReport& report) {
  const solvers::Solution& solution = report.solution;
  Json json = of_data(report.shape);
  add_provenance(report.provenance, json);
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
  json["memory"] = of_memory(report.memory);
  add_timing(report.timing, json);
  json["history"] = of_history(report.history);
  json["coefficients_sha256"] = model::coefficients_sha256(report.model);
  if (report.model.inference) json["inference"] = inference_record(report.model);
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
  return dump(of_training(report));
}

std::string to_json(const PathReport& report) {
  Json json = of_data(report.shape);
  add_provenance(report.provenance, json);
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
  json["memory"] = of_memory(report.memory);
  add_timing(report.timing, json);
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
  return dump(json);
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
  return dump(json);
}

std::string to_json(const EvaluateReport& report) {
  Json json;
  json["rows"] = report.metrics.rows;
  json["features"] = report.shape.features;
  if (!report.shape.unused.empty()) json["unused"] = report.shape.unused;
  json["class_names"] = class_names(report.classes);
  json["ranks"] = report.ranks;
  json["threads"] = report.threads;
  json["instruction_set"] = kernels::instruction_set();
  add_assessment(report, json);
  json["memory"] = of_memory(report.memory);
  json["seconds"] = {{"total", report.seconds_total}};
  return dump(json);
}

std::string to_json(const PredictReport& report) {
  Json json;
  json["rows"] = report.shape.rows;
  json["features"] = report.shape.features;
  json["class_names"] = class_names(report.classes);
  json["predicted"] = report.predicted;
  json["ranks"] = report.ranks;
  json["threads"] = report.threads;
  json["instruction_set"] = kernels::instruction_set();
  json["memory"] = of_memory(report.memory);
  json["seconds"] = {{"total", report.seconds_total}};
  return dump(json);
}

}  // namespace mpilogit::workflow
