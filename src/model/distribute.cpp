#include "model/distribute.hpp"

#include <span>

#include <fmt/format.h>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "model/model_file.hpp"

namespace mpilogit::model {

namespace {

template <class T>
void broadcast_vector(std::vector<T>& values, const comm::Communicator& communicator) {
  std::uint64_t count = values.size();
  communicator.broadcast(count);
  values.resize(count);
  communicator.broadcast(std::as_writable_bytes(std::span<T>(values)));
}

void broadcast_texts(std::vector<std::string>& texts, const comm::Communicator& communicator) {
  std::uint64_t count = texts.size();
  communicator.broadcast(count);
  texts.resize(count);
  for (auto& text : texts) communicator.broadcast(text);
}

void broadcast_inference(std::optional<Inference>& inference,
                         const comm::Communicator& communicator) {
  bool present = inference.has_value();
  communicator.broadcast(present);
  if (!present) return;
  if (!inference) inference.emplace();
  for (auto* text : {&inference->covariance_kind, &inference->method, &inference->weights}) {
    communicator.broadcast(*text);
  }
  communicator.broadcast(inference->penalised);
  communicator.broadcast(inference->firth);
  communicator.broadcast(inference->confidence);
  communicator.broadcast(inference->estimate_error);
  communicator.broadcast(inference->clusters);
  for (auto* values : {&inference->standard_errors, &inference->intercept_standard_errors,
                       &inference->covariance}) {
    broadcast_vector(*values, communicator);
  }
  broadcast_vector(inference->status, communicator);
  broadcast_vector(inference->intercept_status, communicator);
  communicator.broadcast(inference->fit);
  broadcast_vector(inference->profiles, communicator);
  std::uint64_t tests = inference->tests.size();
  communicator.broadcast(tests);
  inference->tests.resize(tests);
  for (auto& test : inference->tests) {
    communicator.broadcast(test.hypothesis);
    communicator.broadcast(test.chi_squared);
  }
}

void broadcast_model(Model& model, const comm::Communicator& communicator) {
  communicator.broadcast(model.classes.kind);
  broadcast_vector(model.classes.numbers, communicator);
  broadcast_texts(model.classes.texts, communicator);
  communicator.broadcast(model.objective);
  communicator.broadcast(model.features);
  broadcast_texts(model.feature_names, communicator);
  communicator.broadcast(model.expansion);
  broadcast_texts(model.data_feature_names, communicator);
  broadcast_vector(model.coefficients, communicator);
  broadcast_vector(model.intercept, communicator);
  broadcast_vector(model.centre, communicator);
  broadcast_vector(model.intercept_at_centre, communicator);
  broadcast_vector(model.coefficients_at_centre, communicator);
  communicator.broadcast(model.l2);
  communicator.broadcast(model.l1);
  communicator.broadcast(model.standardized);
  communicator.broadcast(model.firth);
  communicator.broadcast(model.solver);
  communicator.broadcast(model.record);
  communicator.broadcast(model.schema);
  broadcast_inference(model.inference, communicator);
}

Model model_or_step(const std::string& path, std::optional<std::int64_t> step) {
  if (!is_path(path)) {
    Model model = read_model(path);
    if (!step) return model;
    throw core::bad_input({.what = "is one model, not a path",
                           .where = path,
                           .why = "--step chooses a model of a path",
                           .remedy = "Leave --step away"});
  }
  const Path models = read_path(path);
  if (step && *step >= 0 && *step < models.steps()) return model_at(models, *step);
  const std::string range = fmt::format("steps 0 to {}", models.steps() - 1);
  throw core::bad_input({.what = step ? fmt::format("has no step {}", *step)
                                      : "is a path of models, and none of them is named",
                         .where = path,
                         .why = "it has " + range,
                         .remedy = "Choose one with --step"});
}

}  // namespace

Model read_model(const std::string& path, const comm::Communicator& communicator) {
  return read_model_or_step(path, std::nullopt, communicator);
}

Model read_model_or_step(const std::string& path, std::optional<std::int64_t> step,
                         const comm::Communicator& communicator) {
  Model model;
  comm::on_root(communicator, [&] {
    model = model_or_step(path, step);
    return std::string();
  });
  broadcast_model(model, communicator);
  return model;
}

Path read_path(const std::string& file, const comm::Communicator& communicator) {
  Path path;
  comm::on_root(communicator, [&] {
    path = read_path(file);
    return std::string();
  });
  broadcast_model(path.model, communicator);
  for (auto* values : {&path.lambda, &path.l1, &path.l2, &path.objective, &path.deviance_explained,
                       &path.coefficients, &path.intercept, &path.intercept_at_centre,
                       &path.coefficients_at_centre}) {
    broadcast_vector(*values, communicator);
  }
  broadcast_vector(path.nonzeros, communicator);
  broadcast_vector(path.data_passes, communicator);
  return path;
}

}  // namespace mpilogit::model
