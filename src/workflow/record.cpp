#include "mpilogit/workflow/record.hpp"

#include <vector>

#include <nlohmann/json.hpp>

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
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string to_json(const TrainReport& report) {
  const solvers::Solution& solution = report.solution;
  Json json;
  json["rows"] = report.shape.rows;
  json["features"] = report.shape.features;
  json["classes"] = report.model.classes.size();
  json["class_names"] = class_names(report.model.classes);
  json["nonzeros"] = report.shape.nonzeros;
  json["storage"] = report.shape.storage;
  json["sparse"] = report.shape.sparse;
  json["total_weight"] = report.total_weight;
  json["ranks"] = report.ranks;
  json["threads"] = report.threads;
  json["solver"] = report.solver;
  json["l2"] = report.model.l2;
  json["converged"] = report.converged();
  json["stop_reason"] = report.stop_reason();
  json["iterations"] = solution.iterations;
  json["data_passes"] = report.data_passes;
  json["objective"] = solution.objective;
  json["gradient_norm"] = solution.gradient_norm;
  json["estimated_gap"] = solution.estimated_gap;
  json["seconds"] = {{"read", report.seconds_read},
                     {"train", report.seconds_train},
                     {"total", report.seconds_total}};
  json["allreduce"] = {{"count", report.traffic.allreduce_count},
                       {"bytes", report.traffic.allreduce_bytes}};
  json["coefficients_sha256"] = model::coefficients_sha256(report.model);
  return dump(json);
}

std::string to_json(const EvaluateReport& report) {
  const statistics::Metrics& metrics = report.metrics;
  Json json;
  json["rows"] = metrics.rows;
  json["features"] = report.shape.features;
  json["class_names"] = class_names(report.classes);
  json["ranks"] = report.ranks;
  json["threads"] = report.threads;
  json["log_loss"] = metrics.log_loss;
  json["accuracy"] = metrics.accuracy;
  json["roc_auc"] = metrics.roc_auc ? Json(*metrics.roc_auc) : Json(nullptr);
  json["confusion"] = metrics.confusion;
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
  json["seconds"] = {{"total", report.seconds_total}};
  return dump(json);
}

}  // namespace mpilogit::workflow
