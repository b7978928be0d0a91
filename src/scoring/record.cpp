#include "scoring/record.hpp"

#include "kernels/instruction_set.hpp"
#include "running/run_record.hpp"
#include "statistics/metric_list.hpp"

namespace mpilogit::scoring {

namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json or_null(const std::optional<statistics::Interval>& interval) {
  return interval ? Json({interval->lower, interval->upper}) : Json(nullptr);
}

Json of_bin(const statistics::ReliabilityBin& bin) {
  return {{"lower", bin.lower},
          {"upper", bin.upper},
          {"rows", bin.rows},
          {"weight", bin.weight},
          {"mean_predicted", or_null(bin.mean_predicted)},
          {"observed", or_null(bin.observed)}};
}

Json of_class(const std::string& name, const statistics::ClassMetrics& metrics) {
  Json json = {{"class", name},
               {"weight", metrics.weight},
               {"precision", or_null(metrics.precision)},
               {"recall", or_null(metrics.recall)},
               {"f1", or_null(metrics.f1)},
               {"roc_auc", or_null(metrics.roc_auc)},
               {"roc_auc_interval", or_null(metrics.roc_auc_interval)},
               {"average_precision", or_null(metrics.average_precision)}};
  for (const auto& [key, value] : metrics.ranked) json[key] = or_null(value);
  return json;
}

// JSON has no infinity: the threshold that no row reaches is null.
Json of_threshold(const std::optional<statistics::BestThreshold>& best) {
  if (!best) return nullptr;
  return {{"probability", best->probability},
          {"margin", best->score},
          {"cost", best->cost},
          {"false_positive_rate", best->false_positive_rate},
          {"true_positive_rate", best->true_positive_rate}};
}

Json of_group(const std::string& name, const statistics::GroupMetrics& metrics) {
  return {{"group", name},
          {"rows", metrics.rows},
          {"log_loss", or_null(metrics.log_loss)},
          {"accuracy", or_null(metrics.accuracy)},
          {"roc_auc", or_null(metrics.roc_auc)},
          {"brier", or_null(metrics.brier)},
          {"observed", or_null(metrics.observed)},
          {"mean_predicted", or_null(metrics.mean_predicted)}};
}

void add_assessment(const EvaluateResult& result, Json& json) {
  const statistics::Assessment& metrics = result.metrics;
  for (const auto& metric : statistics::all_metrics()) {
    json[std::string(metric.key)] = or_null(statistics::value_of(metric, metrics));
  }
  json["roc_auc_interval"] = or_null(metrics.roc_auc_interval);
  json["confusion"] = metrics.confusion;
  for (const auto& bin : metrics.calibration.bins) json["reliability"].push_back(of_bin(bin));
  for (std::size_t k = 0; k < metrics.per_class.size(); ++k) {
    json["per_class"].push_back(of_class(result.classes.name(k), metrics.per_class[k]));
  }
  json["best_threshold"] = of_threshold(metrics.best_threshold);
  json["by"] = nullptr;
  for (std::size_t g = 0; g < result.by_group.size(); ++g) {
    json["by"].push_back(of_group(result.groups.name(g), result.by_group[g]));
  }
}

}  // namespace

std::string to_json(const EvaluateResult& result) {
  Json json;
  json["rows"] = result.metrics.rows;
  json["features"] = result.shape.features;
  if (!result.shape.unused.empty()) json["unused"] = result.shape.unused;
  json["class_names"] = running::class_names(result.classes);
  json["ranks"] = result.ranks;
  json["threads"] = result.threads;
  json["instruction_set"] = kernels::instruction_set();
  add_assessment(result, json);
  json["memory"] = running::of_memory(result.memory);
  json["seconds"] = {{"total", result.seconds_total}};
  return running::record_text(json);
}

std::string to_json(const PredictResult& result) {
  Json json;
  json["rows"] = result.shape.rows;
  json["features"] = result.shape.features;
  json["class_names"] = running::class_names(result.classes);
  json["predicted"] = result.predicted;
  json["ranks"] = result.ranks;
  json["threads"] = result.threads;
  json["instruction_set"] = kernels::instruction_set();
  json["memory"] = running::of_memory(result.memory);
  json["seconds"] = {{"total", result.seconds_total}};
  return running::record_text(json);
}

}  // namespace mpilogit::scoring
