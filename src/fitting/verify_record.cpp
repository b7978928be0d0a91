// What `verify` reads in records, and its own.

#include <cmath>
#include <exception>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "fitting/verify.hpp"
#include "running/provenance.hpp"

namespace mpilogit::fitting {

namespace {

using Json = nlohmann::ordered_json;

}  // namespace

RecordedTraining recorded_training(const model::Model& model, const std::string& path) {
  try {
    const Json json = model.record.empty() ? Json::object() : Json::parse(model.record);
    if (!json.contains("objective") || !json.contains("stop_reason")) {
      throw core::bad_input({.what = "was not trained by this program",
                             .where = path,
                             .why = "its record is none of a training, so that there is nothing to "
                                    "verify it against",
                             .remedy = "Give a model that `train` or `cross-validate` wrote"});
    }
    RecordedTraining recorded;
    recorded.provenance = running::provenance_in(json);
    recorded.as_sealed = running::is_as_sealed(model.record);
    recorded.converged = json.at("converged");
    recorded.stop_reason = json.at("stop_reason");
    recorded.coefficients_sha256 = json.at("coefficients_sha256");
    recorded.instruction_set = json.value("instruction_set", "");
    recorded.objective = json.at("objective");
    recorded.l1 = json.value("l1", 0.0);
    recorded.l2 = json.value("l2", 0.0);
    recorded.rows = json.at("rows");
    recorded.features = json.at("features");
    recorded.class_names = json.value("class_names", std::vector<std::string>());
    return recorded;
  } catch (const core::Error& error) {
    throw error.as_agreed();  // every rank has the same text
  } catch (const std::exception& error) {
    throw core::agreed_bad_input(
        {.what = fmt::format("has a record that cannot be read ({})", error.what()),
         .where = path,
         .why = "it was edited, or is of another version",
         .remedy = "Train the model again"});
  }
}

std::string to_json(const VerifyResult& result) {
  const auto number = [](const std::optional<double>& value) {
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
  };
  Json json;
  json["format"] = "mpilogit verification";
  json["verified"] = result.verified();
  json["differences"] = result.differences;
  json["unchecked"] = result.unchecked;
  json["data_as_recorded"] = result.parts;
  json["coefficients_sha256"] = result.coefficients_sha256;
  json["objective"] = number(result.objective);
  json["recorded_objective"] = number(result.recorded_objective);
  json["gradient_norm"] = number(result.gradient_norm);
  json["estimated_gap"] = number(result.gap);
  json["tolerance"] = result.tolerance;
  json["data_passes"] = result.data_passes;
  json["same_bits"] = result.same_bits ? Json(*result.same_bits) : Json(nullptr);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace mpilogit::fitting
