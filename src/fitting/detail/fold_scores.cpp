#include "fitting/detail/fold_scores.hpp"

#include <algorithm>

#include "kernels/fused_pass.hpp"
#include "statistics/metrics.hpp"

namespace mpilogit::fitting {

namespace {

constexpr std::size_t kColumnsAtOnce = 16;

/// Coefficients of steps first … first + count − 1 side by side: (features + 1) × (count ·
/// columns).
std::vector<double> side_by_side(const FoldPath& path, std::size_t first, std::size_t count,
                                 std::size_t columns) {
  const std::size_t length = path.front().size() / columns;
  const std::size_t width = count * columns;
  std::vector<double> all(length * width);
  for (std::size_t s = 0; s < count; ++s) {
    for (std::size_t j = 0; j < length; ++j) {
      std::copy_n(&path[first + s][j * columns], columns, &all[j * width + s * columns]);
    }
  }
  return all;
}

/// Margins of every local row by its own fold's models: rows × width. Neighbours of one fold go
/// through the kernel together.
std::vector<double> held_out_margins(const problem::TrainingSet& set,
                                     std::span<const std::uint32_t> fold_of_row,
                                     const std::vector<std::vector<double>>& models,
                                     std::size_t width) {
  std::vector<double> margins(fold_of_row.size() * width);
  const auto offsets = set.dataset.offsets();
  const std::size_t features = set.design.features();
  objective::for_each_block(
      set.dataset, set.rows.blocks, set.rows.threads, [&](const objective::LocalBlock& block, int) {
        set.design.for_rows(block, [&](std::size_t first, const kernels::AnyRows& rows) {
          const std::size_t count = kernels::row_count(rows);
          const std::size_t begin = block.first + first;
          for (std::size_t i = 0; i < count;) {
            const std::uint32_t fold = fold_of_row[begin + i];
            std::size_t end = i + 1;
            while (end < count && fold_of_row[begin + end] == fold) ++end;
            const auto own =
                std::span<double>(margins).subspan((begin + i) * width, (end - i) * width);
            for (std::size_t n = 0; n < own.size(); ++n) {
              own[n] = models[fold][features * width + n % width];
              if (!offsets.empty()) own[n] += offsets[begin + i + n / width];
            }
            kernels::add_margins(kernels::rows_of(rows, i, end - i),
                                 std::span<const double>(models[fold]).first(features * width),
                                 width, own);
            i = end;
          }
        });
      });
  return margins;
}

/// The rows of one fold, gathered.
struct HeldOut {
  std::vector<std::size_t> rows;
  std::vector<std::uint32_t> labels;
  std::vector<double> weights;
  std::vector<double> successes;
  std::vector<double> trials;
};

HeldOut gather(const data::Dataset& dataset, std::span<const std::uint32_t> fold_of_row,
               std::uint32_t fold) {
  HeldOut held_out;
  const auto take = [](const auto& values, std::size_t i, auto& out) {
    if (!values.empty()) out.push_back(values[i]);
  };
  for (std::size_t i = 0; i < fold_of_row.size(); ++i) {
    if (fold_of_row[i] != fold) continue;
    held_out.rows.push_back(i);
    take(dataset.labels(), i, held_out.labels);
    take(dataset.weights(), i, held_out.weights);
    take(dataset.successes(), i, held_out.successes);
    take(dataset.trials(), i, held_out.trials);
  }
  return held_out;
}

FoldScore score(const HeldOut& rows, std::span<const double> margins, std::size_t width,
                std::size_t step, const statistics::ScoreShape& shape,
                const comm::Communicator& communicator) {
  std::vector<double> own;
  own.reserve(rows.rows.size() * shape.columns);
  for (const auto i : rows.rows) {
    const auto row = margins.subspan(i * width + step * shape.columns, shape.columns);
    own.insert(own.end(), row.begin(), row.end());
  }
  const statistics::Metrics metrics = statistics::evaluate({.shape = shape,
                                                            .margins = own,
                                                            .labels = rows.labels,
                                                            .weights = rows.weights,
                                                            .successes = rows.successes,
                                                            .trials = rows.trials},
                                                           communicator);
  return {metrics.log_loss, metrics.accuracy, metrics.roc_auc};
}

}  // namespace

std::vector<std::vector<FoldScore>> score_folds(const problem::TrainingSet& set,
                                                std::span<const std::uint32_t> fold_of_row,
                                                std::span<const FoldPath> paths,
                                                std::size_t columns,
                                                const comm::Communicator& communicator) {
  statistics::ScoreShape shape;
  shape.columns = columns;
  shape.link = set.targets.classes == 2 ? statistics::Link::logistic : statistics::Link::softmax;
  std::vector<HeldOut> held_out;
  for (std::size_t f = 0; f < paths.size(); ++f) {
    held_out.push_back(gather(set.dataset, fold_of_row, static_cast<std::uint32_t>(f)));
  }
  const std::size_t steps = paths.front().size();
  const std::size_t at_once = std::max<std::size_t>(1, kColumnsAtOnce / columns);
  std::vector<std::vector<FoldScore>> scores(steps, std::vector<FoldScore>(paths.size()));
  for (std::size_t first = 0; first < steps; first += at_once) {
    const std::size_t count = std::min(at_once, steps - first);
    const std::size_t width = count * columns;
    std::vector<std::vector<double>> models;
    for (const auto& path : paths) models.push_back(side_by_side(path, first, count, columns));
    const std::vector<double> margins = held_out_margins(set, fold_of_row, models, width);
    for (std::size_t s = 0; s < count; ++s) {
      for (std::size_t f = 0; f < paths.size(); ++f) {
        scores[first + s][f] = score(held_out[f], margins, width, s, shape, communicator);
      }
    }
  }
  return scores;
}

}  // namespace mpilogit::fitting
