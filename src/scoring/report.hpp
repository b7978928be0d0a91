#pragma once
// All numbers that a report on a model shows: collected here, made a page by the room `page`.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "model/model.hpp"
#include "model/path_file.hpp"
#include "running/known_records.hpp"
#include "statistics/assessment.hpp"

namespace mpilogit::scoring {

struct ReportOptions {
  std::string model_path;            ///< a model or a path
  std::optional<std::int64_t> step;  ///< of a path: the model that the report is about
  std::optional<data::Source> data;  ///< labelled rows to score
  std::optional<std::string> plane;  ///< "A,B": two of the data's features; needs `data`
  int threads = 1;
};

/// One axis of a plane: the feature, and the part of its values that is shown.
struct PlaneAxis {
  std::size_t feature = 0;  ///< of the data
  std::string name;
  double low = 0.0;
  double high = 1.0;
};

/// P(class) over two features, all others held at their means, and how many rows lie where.
struct Plane {
  static constexpr std::size_t kPoints = 81;  ///< of the grid, along each axis, both ends included
  static constexpr std::size_t kColumns = 40;
  static constexpr std::size_t kRows = 30;

  PlaneAxis x;
  PlaneAxis y;
  bool chosen = false;               ///< by the user, not as the two strongest features
  std::vector<double> probability;   ///< kPoints (y) × kPoints (x) × classes
  std::vector<std::int64_t> counts;  ///< kRows (y) × kColumns (x) × classes; of trials, trials
  std::int64_t outside = 0;          ///< rows beyond what is shown
};

/// A model on labelled rows.
struct ReportEvaluation {
  std::vector<std::string> files;
  data::Shape shape;
  bool weighted = false;
  bool aggregated = false;         ///< counts of successes among trials
  statistics::Assessment metrics;  ///< with curves
  std::vector<double> deviations;  ///< of each feature of the model (after its expansion)
  std::optional<Plane> plane;
};

struct ReportData {
  std::string model_path;
  std::optional<model::Model> model;  ///< none of a path of which no step is chosen
  std::optional<model::Path> path;
  std::optional<std::int64_t> step;
  running::RecordSummary record;  ///< of the model's or the path's training
  std::optional<ReportEvaluation> evaluation;
};

/// Collective: the model is read once, the rows are spread and scored by all ranks. All ranks have
/// the result, the same bits on any number of them. Throws core::Error, the same on all ranks.
ReportData gather_report(const ReportOptions& options, const comm::Communicator& communicator);

}  // namespace mpilogit::scoring
