#include "problem/training_set.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "model/mapping.hpp"

namespace mpilogit::problem {

namespace {

std::string label_location(const data::Source& source) {
  return source.files.front() + ":/" + source.labels.value_or("y");
}

// Under a penalty or bounds products of centred factors are another model: they are made only where
// the others could not be told apart.
kernels::FrameRule frame_rule(const DesignOptions& options) {
  const bool wide = options.degree > 1 && options.centred_factors;
  return wide ? kernels::FrameRule::one_sign : kernels::FrameRule::far;
}

data::Dataset read(const DesignOptions& options, std::size_t problems, int threads,
                   const comm::Communicator& communicator) {
  data::Source source = options.source;
  source.memory = needs_of_fits(source.memory, problems);
  source.memory.products.degree = options.degree;
  source.memory.products.interactions_only = options.interactions_only;
  source.frames = frame_rule(options);
  data::Dataset dataset = data::read_dataset(source, communicator, threads);
  if (dataset.classes().size() == 1) {
    throw core::agreed_bad_input(
        {.what = "all rows are of class '" + dataset.classes().name(0) + "'",
         .where = label_location(source),
         .why = "there is nothing to tell apart",
         .remedy = "Give data with two classes or more"});
  }
  if (dataset.classes().size() > 2 && source.offsets) {
    throw core::agreed_bad_input(
        {.what = "--offsets is for two classes",
         .where = source.files.front() + ":/" + *source.offsets,
         .why = "with more, adding the same number to every margin means nothing",
         .remedy = "Leave it away"});
  }
  return dataset;
}

// Solvers keep a few dozen vectors of this length.
void require_moderate(std::size_t products) {
  constexpr std::size_t kMost = 20'000'000;
  if (products <= kMost) return;
  throw core::bad_input({.what = fmt::format("{} products of features", products),
                         .why = fmt::format("more than {} do not fit in memory", kMost),
                         .remedy = "Take a smaller --degree, or fewer features"});
}

kernels::PolynomialShape expansion_of(const DesignOptions& options, const data::Shape& shape) {
  kernels::PolynomialShape expansion;
  expansion.features = static_cast<std::size_t>(shape.features);
  expansion.degree = options.degree;
  expansion.interactions_only = options.interactions_only;
  if (expansion.interactions_only && expansion.degree > expansion.features) {
    throw core::agreed_bad_input(
        {.what = fmt::format("--degree is {}", expansion.degree),
         .why = fmt::format("with --interactions a product has each of the {} "
                            "features once at most",
                            expansion.features),
         .remedy = "Take a smaller --degree"});
  }
  try {
    require_moderate(kernels::expanded_features(expansion));
  } catch (const core::Error& error) {
    throw error.as_agreed();  // every rank counts the same
  }
  return expansion;
}

std::size_t class_called(const std::string& label, const data::ClassSet& classes) {
  for (std::size_t k = 0; k < classes.size(); ++k) {
    if (classes.name(k) == label) return k;
  }
  std::string known;
  for (std::size_t k = 0; k < std::min<std::size_t>(classes.size(), 20); ++k) {
    known += (k == 0 ? "'" : ", '") + classes.name(k) + "'";
  }
  throw core::agreed_bad_input(
      {.what = "--class-weight names '" + label + "'",
       .why = "the labels are " + known + (classes.size() > 20 ? ", …" : ""),
       .remedy = "Name labels as `mpilogit inspect` shows them"});
}

// A product that is 0 though its factors are not would leave rows out without a word.
void require_products(const objective::Targets& before, const objective::Targets& after,
                      const comm::Communicator& communicator) {
  constexpr double kLeastLargest = 0x1p-900;  // below, sums lose their digits (data/columns.cpp)
  std::int64_t lost = 0;
  double largest = 0.0;
  for (std::size_t i = 0; i < after.weights.size(); ++i) {
    const bool counted = before.weights.empty() || before.weights[i] > 0.0;
    if (counted && after.weights[i] == 0.0) ++lost;
    largest = std::max(largest, after.weights[i]);
  }
  lost = communicator.sum(lost);
  largest = communicator.maximum(largest);
  if (lost == 0 && largest >= kLeastLargest) return;
  throw core::agreed_bad_input(
      {.what = lost > 0 ? fmt::format("{} rows would have the weight 0", lost)
                        : fmt::format("the largest weight is {:.3g}", largest),
       .why = "a sample weight times its class weight is too small for a double",
       .remedy = "Give --class-weight numbers near 1"});
}

// balanced: S / (K S_k), so that every class weighs the same and the total stays what it was.
std::vector<double> class_factors(const DesignOptions& options, const data::Dataset& dataset,
                                  const objective::Targets& targets,
                                  const comm::Communicator& communicator, int threads) {
  std::vector<double> factors(targets.classes, 1.0);
  if (!options.balanced_classes) {
    for (const auto& [label, factor] : options.class_weights) {
      factors[class_called(label, dataset.classes())] = factor;
    }
    return factors;
  }
  const auto totals = objective::class_totals(dataset, targets, communicator, threads);
  double total = 0.0;
  for (const double weight : totals) total += weight;
  for (std::size_t k = 0; k < factors.size(); ++k) {
    if (totals[k] > 0.0) factors[k] = total / (static_cast<double>(factors.size()) * totals[k]);
  }
  return factors;
}

objective::Targets weighted_targets(const DesignOptions& options, const data::Dataset& dataset,
                                    const comm::Communicator& communicator, int threads) {
  objective::Targets targets = objective::targets_of(dataset);
  if (options.balanced_classes || !options.class_weights.empty()) {
    const objective::Targets before = targets;
    objective::apply_class_weights(targets,
                                   class_factors(options, dataset, targets, communicator, threads));
    require_products(before, targets, communicator);
  }
  return targets;
}

}  // namespace

TrainingSet::TrainingSet(const DesignOptions& options, std::size_t problems, int threads,
                         const comm::Communicator& communicator)
    : source(options.source),
      source_file(options.source.files.front()),
      dataset(read(options, problems, threads, communicator)),
      design(dataset, expansion_of(options, dataset.shape())),
      frame(dataset, design.expansion()),
      targets(weighted_targets(options, dataset, communicator, threads)),
      rows(design, targets.weights, communicator, threads) {}

std::vector<double> framed_coefficients(const model::Model& from, const TrainingSet& set,
                                        std::size_t columns, bool reference_class,
                                        const std::string& from_path) {
  std::vector<double> coefficients = model::coefficients_for(
      from, set.classes(), set.design.feature_names(),
      static_cast<std::int64_t>(set.design.features()), columns, reference_class, from_path,
      {set.frame.centre(), set.dataset.shape().feature_names});
  set.frame.enter(coefficients, columns);
  return coefficients;
}

namespace {

constexpr std::int64_t kNumber = sizeof(double);

}  // namespace

// Margins of two points and of the direction between them, and the state of the curvature; of the
// rows, weights and labels of each problem. A solver has a few dozen vectors of the coefficients.
data::MemoryPlan needs_of_fits(const data::MemoryPlan& plan, std::size_t problems) {
  const auto count = static_cast<std::int64_t>(problems);
  data::MemoryPlan needs = plan;
  needs.per_row = 2 * kNumber * count;
  needs.per_row_and_column = 4 * kNumber * count;
  needs.per_coefficient = 48 * kNumber * count;
  needs.matrices = true;
  return needs;
}

// Margins and probabilities; the predicted class, and the piece of labels that is written.
data::MemoryPlan needs_of_predictions(const data::MemoryPlan& plan, std::size_t columns) {
  const auto count = static_cast<std::int64_t>(columns);
  data::MemoryPlan needs = plan;
  needs.per_row = 2 * kNumber * (count + 1);
  needs.per_coefficient = 4 * kNumber * count;
  return needs;
}

// Margins and probabilities; labels in the model's terms; the scores of one class in order, twice
// while they are sorted.
data::MemoryPlan needs_of_metrics(const data::MemoryPlan& plan, std::size_t columns) {
  data::MemoryPlan needs = needs_of_predictions(plan, columns);
  needs.per_row += 6 * kNumber;
  return needs;
}

}  // namespace mpilogit::problem
