#include "scoring.hpp"

#include <fmt/format.h>

#include "mpilogit/core/error.hpp"
#include "mpilogit/kernels/fused_pass.hpp"
#include "mpilogit/objective/for_each_block.hpp"

namespace mpilogit::workflow {

void require_features(const model::Model& model, const std::string& model_path,
                      const data::Source& source, const data::Shape& shape) {
  const std::string where = source.files.front() + ":/" + source.features;
  if (shape.features != model.features) {
    throw core::bad_input(
        {.what = fmt::format("the data has {} features", shape.features),
         .where = where,
         .why = fmt::format("the model {} was trained on {}", model_path, model.features),
         .remedy = "Give data with the features of the training data"})
        .as_agreed();
  }
  if (model.feature_names.empty() || shape.feature_names.empty()) return;
  for (std::size_t j = 0; j < model.feature_names.size(); ++j) {
    if (model.feature_names[j] == shape.feature_names[j]) continue;
    throw core::bad_input(
        {.what = fmt::format("column {} is '{}'", j, shape.feature_names[j]),
         .where = where,
         .why = fmt::format("in the model {} it is '{}'", model_path, model.feature_names[j]),
         .remedy = "Give the columns in the order of the training data"})
        .as_agreed();
  }
}

std::vector<double> margins(const model::Model& model, const data::Dataset& dataset, int threads) {
  std::vector<double> margins(static_cast<std::size_t>(dataset.local_rows().size()),
                              model.intercept.front());
  const auto offsets = dataset.offsets();
  for (std::size_t i = 0; i < offsets.size(); ++i) margins[i] = offsets[i] + margins[i];
  const auto blocks = objective::local_blocks(dataset);
  objective::for_each_block(blocks, threads, [&](const objective::LocalBlock& block, int) {
    kernels::add_margins(dataset.block(block.number), model.coefficients,
                         block.of(std::span<double>(margins)));
  });
  return margins;
}

}  // namespace mpilogit::workflow
