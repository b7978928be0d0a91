#include "statistics/scored_rows.hpp"

#include <algorithm>
#include <random>

namespace mpilogit::statistics {

Rows make_rows(std::size_t count, bool weighted, int distinct) {
  Rows rows;
  std::mt19937_64 engine(count);
  for (std::size_t i = 0; i < count; ++i) {
    rows.margins.push_back(static_cast<double>(engine() % static_cast<unsigned>(distinct)) - 3.0);
    rows.labels.push_back(engine() % 3 == 0 ? 1 : 0);
    if (weighted) rows.weights.push_back(static_cast<double>(engine() % 1000) / 8.0);
  }
  return rows;
}

Rows part_of(const Rows& all, const comm::Communicator& world) {
  Rows mine;
  mine.shape = all.shape;
  const std::size_t columns = all.shape.columns;
  for (std::size_t i = 0; i * columns < all.margins.size(); ++i) {
    const int owners = std::max(1, world.size() - 1);
    if (static_cast<int>((i * i) % static_cast<std::size_t>(owners)) != world.rank()) continue;
    for (std::size_t k = 0; k < columns; ++k) mine.margins.push_back(all.margins[i * columns + k]);
    if (!all.labels.empty()) mine.labels.push_back(all.labels[i]);
    if (!all.weights.empty()) mine.weights.push_back(all.weights[i]);
    if (!all.trials.empty()) mine.successes.push_back(all.successes[i]);
    if (!all.trials.empty()) mine.trials.push_back(all.trials[i]);
    if (!all.groups.empty()) mine.groups.push_back(all.groups[i]);
  }
  return mine;
}

}  // namespace mpilogit::statistics
