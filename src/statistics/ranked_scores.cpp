#include "statistics/ranked_scores.hpp"

#include "kernels/logistic.hpp"
#include "statistics/detail/outcomes.hpp"
#include "statistics/detail/sample_sort.hpp"
#include "statistics/detail/sums.hpp"

namespace mpilogit::statistics {

// What a row is ranked by: number `column` of `columns` per row. `positive` is the class whose rows
// shall rank above all others.
struct RankedScores::Column {
  std::span<const double> values;
  std::size_t columns = 1;
  std::size_t column = 0;
  std::uint32_t positive = 1;
  bool margins = false;

  double of(std::size_t row) const { return rankable(values[row * columns + column]); }
};

RankedScores RankedScores::by_margin(const ScoredRows& rows,
                                     const comm::Communicator& communicator) {
  return {rows, {.values = rows.margins, .margins = true}, communicator};
}

RankedScores RankedScores::by_probability(const ScoredRows& rows,
                                          std::span<const double> probabilities,
                                          std::uint32_t positive,
                                          const comm::Communicator& communicator) {
  return {rows,
          {.values = probabilities,
           .columns = rows.shape.classes(),
           .column = positive,
           .positive = positive},
          communicator};
}

RankedScores::RankedScores(const ScoredRows& rows, const Column& column,
                           const comm::Communicator& communicator)
    : margins_(column.margins) {
  const WeightGrid grid(rows, communicator);
  unit_ = grid.unit();
  std::vector<TieGroup> own;
  own.reserve(rows.rows());
  for_each_outcome(rows, [&](const Outcome& outcome) {
    const std::int64_t weight = grid.to_integer(outcome.weight * outcome.count);
    if (weight == 0) return;
    const bool is_positive = outcome.label == column.positive;
    own.push_back({column.of(outcome.row), {is_positive ? 0 : weight, is_positive ? weight : 0}});
  });
  groups_ = sort_over_ranks(std::move(own), communicator);

  ClassWeights mine;
  for (const auto& group : groups_) mine += group.weights;
  const auto ranks = communicator.all_gather(std::span<const ClassWeights>(&mine, 1));
  for (std::size_t r = 0; r < ranks.size(); ++r) {
    if (r < static_cast<std::size_t>(communicator.rank())) below_ += ranks[r];
    total_ += ranks[r];
  }
}

double RankedScores::probability(double score) const {
  return margins_ ? kernels::sigmoid(score) : score;
}

}  // namespace mpilogit::statistics
