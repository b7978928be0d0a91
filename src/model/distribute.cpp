#include "mpilogit/model/distribute.hpp"

#include <span>

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/model/model_file.hpp"

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

}  // namespace

Model read_model(const std::string& path, const comm::Communicator& communicator) {
  Model model;
  comm::on_root(communicator, [&] {
    model = read_model(path);
    return std::string();
  });
  communicator.broadcast(model.classes.kind);
  broadcast_vector(model.classes.numbers, communicator);
  broadcast_texts(model.classes.texts, communicator);
  communicator.broadcast(model.features);
  broadcast_texts(model.feature_names, communicator);
  broadcast_vector(model.coefficients, communicator);
  broadcast_vector(model.intercept, communicator);
  communicator.broadcast(model.l2);
  communicator.broadcast(model.solver);
  communicator.broadcast(model.record);
  return model;
}

}  // namespace mpilogit::model
