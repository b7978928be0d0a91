#pragma once
// The rows that a model is made of, and the memory that fitting them needs.

#include <cstddef>
#include <memory>
#include <string>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "objective/design.hpp"
#include "objective/passes.hpp"
#include "objective/targets.hpp"
#include "problem/fit_options.hpp"
#include "problem/frame_map.hpp"

namespace mpilogit::problem {

/// Members refer to one another: made in place, never moved.
class TrainingSet {
 public:
  /// Collective. Reads and validates; applies class weights; measures columns. Throws core::Error,
  /// the same on all ranks. So many problems are solved side by side at most.
  TrainingSet(const DesignOptions& options, std::size_t problems, int threads,
              const comm::Communicator& communicator);

  /// What was read: a rank without rows cannot see from its arrays whether there are weights.
  const data::Source source;
  const std::string source_file;  ///< the first: per-feature data sets are looked up there
  const data::Dataset dataset;
  const objective::Design design;
  const FrameMap frame;              ///< from the columns of `rows` to those of the files
  const objective::Targets targets;  ///< with class weights in the weights
  const objective::SharedRows rows;

  const data::ClassSet& classes() const { return dataset.classes(); }
};

/// The coefficients of another model in this set's frames (model::coefficients_for).
std::vector<double> framed_coefficients(const model::Model& from, const TrainingSet& set,
                                        std::size_t columns, bool reference_class,
                                        const std::string& from_path);

/// `problems` that are solved side by side, each with `columns` of coefficients of its own for each
/// that the classes ask for.
data::MemoryPlan needs_of_fits(const data::MemoryPlan& plan, std::size_t problems);

/// Margins of a model with so many columns, and what is made of them.
data::MemoryPlan needs_of_predictions(const data::MemoryPlan& plan, std::size_t columns);
data::MemoryPlan needs_of_metrics(const data::MemoryPlan& plan, std::size_t columns);

}  // namespace mpilogit::problem
