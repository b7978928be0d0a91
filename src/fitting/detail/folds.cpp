#include "fitting/detail/folds.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"

namespace mpilogit::fitting {

namespace {

// SplitMix64 (Steele, Lea and Flood 2014): a good hash of a counter, cheap to start anywhere.
class SplitMix {
 public:
  explicit SplitMix(std::uint64_t state) : state_(state) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

 private:
  std::uint64_t state_;
};

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  return SplitMix(SplitMix(a).next() ^ b).next();
}

// The order in which hand number `hand` of a class goes to the folds.
std::vector<std::uint32_t> order_of_hand(std::size_t folds, std::uint64_t seed,
                                         std::uint64_t stratum, std::uint64_t hand) {
  std::vector<std::uint32_t> order(folds);
  std::iota(order.begin(), order.end(), 0U);
  SplitMix random(mix(mix(seed, stratum), hand));
  for (std::size_t i = folds; i > 1; --i) std::swap(order[i - 1], order[random.next() % i]);
  return order;
}

[[noreturn]] void refuse_folds(std::size_t folds, std::int64_t parts, const char* of_what) {
  throw core::agreed_bad_input(
      {.what = fmt::format("{} folds cannot be made of {} {}", folds, parts, of_what),
       .why = "a fold would be empty",
       .remedy = "Take fewer --folds"});
}

// Rows of each class on the ranks below this one.
std::vector<std::int64_t> counts_below(std::span<const std::uint32_t> strata, std::size_t classes,
                                       const comm::Communicator& communicator) {
  std::vector<std::int64_t> mine(classes, 0);
  for (const auto stratum : strata) ++mine[stratum];
  const auto all = communicator.all_gather(std::span<const std::int64_t>(mine));
  std::vector<std::int64_t> below(classes, 0);
  for (std::size_t r = 0; r < static_cast<std::size_t>(communicator.rank()); ++r) {
    for (std::size_t k = 0; k < classes; ++k) below[k] += all[r * classes + k];
  }
  return below;
}

// Deals rows out, hand by hand: each fold gets one row of a hand.
class Dealer {
 public:
  Dealer(std::size_t folds, std::uint64_t seed, std::uint64_t stratum)
      : folds_(folds), seed_(seed), stratum_(stratum) {}

  std::uint32_t fold_of(std::uint64_t place) {
    if (hand_ != place / folds_) {
      hand_ = place / folds_;
      order_ = order_of_hand(folds_, seed_, stratum_, hand_);
    }
    return order_[place % folds_];
  }

 private:
  std::size_t folds_;
  std::uint64_t seed_;
  std::uint64_t stratum_;
  std::uint64_t hand_ = ~std::uint64_t{0};
  std::vector<std::uint32_t> order_;
};

bool has_weight(const data::Dataset& dataset, std::size_t row) {
  return (dataset.weights().empty() || dataset.weights()[row] > 0.0) &&
         (dataset.trials().empty() || dataset.trials()[row] > 0.0);
}

// The class of each row; aggregated rows have none of their own, and are one stratum.
std::vector<std::uint32_t> strata_of(const data::Dataset& dataset) {
  std::vector<std::uint32_t> strata(dataset.trials().size(), 0);
  dataset.labels().visit(
      [&](auto labels) { strata.insert(strata.end(), labels.begin(), labels.end()); });
  return strata;
}

// Each class from a first hand of its own.
std::vector<std::uint32_t> dealt_by_class(std::span<const std::uint32_t> strata,
                                          std::size_t classes, std::size_t folds,
                                          std::uint64_t seed,
                                          const comm::Communicator& communicator) {
  std::vector<Dealer> dealers;
  for (std::size_t k = 0; k < classes; ++k) dealers.emplace_back(folds, seed, k);
  std::vector<std::int64_t> next = counts_below(strata, classes, communicator);
  std::vector<std::uint32_t> fold_of_row;
  fold_of_row.reserve(strata.size());
  for (const auto stratum : strata) {
    fold_of_row.push_back(dealers[stratum].fold_of(static_cast<std::uint64_t>(next[stratum]++)));
  }
  return fold_of_row;
}

// One class after the other goes on with the hand that the one before began, and rows without
// weight come last: folds differ by one row at most, and none is empty while there are rows enough.
std::vector<std::uint32_t> dealt_in_turn(const data::Dataset& dataset,
                                         std::vector<std::uint32_t> strata, std::size_t classes,
                                         std::size_t folds, std::uint64_t seed,
                                         const comm::Communicator& communicator) {
  const std::size_t without_weight = classes;
  std::vector<std::int64_t> totals(classes + 1, 0);
  for (std::size_t i = 0; i < strata.size(); ++i) {
    if (!has_weight(dataset, i)) strata[i] = static_cast<std::uint32_t>(without_weight);
    ++totals[strata[i]];
  }
  communicator.sum(totals);
  std::vector<std::int64_t> next = counts_below(strata, classes + 1, communicator);
  std::int64_t before = 0;
  for (std::size_t k = 0; k <= classes; ++k) {
    if (k == without_weight && before < static_cast<std::int64_t>(folds)) {
      refuse_folds(folds, before, "rows of positive weight");
    }
    next[k] += before;
    before += totals[k];
  }
  std::vector<Dealer> dealers(classes + 1, Dealer(folds, seed, classes));
  std::vector<std::uint32_t> fold_of_row;
  fold_of_row.reserve(strata.size());
  for (const auto stratum : strata) {
    fold_of_row.push_back(dealers[stratum].fold_of(static_cast<std::uint64_t>(next[stratum]++)));
  }
  return fold_of_row;
}

bool leaves_a_fold_empty(const data::Dataset& dataset, std::span<const std::uint32_t> fold_of_row,
                         std::size_t folds, const comm::Communicator& communicator) {
  std::vector<std::int64_t> rows(folds, 0);
  for (std::size_t i = 0; i < fold_of_row.size(); ++i) {
    if (has_weight(dataset, i)) ++rows[fold_of_row[i]];
  }
  communicator.sum(rows);
  return std::find(rows.begin(), rows.end(), 0) != rows.end();
}

// Where every class has its own hands, many folds for few rows may leave one empty, as leaving out
// one row at a time does nearly always.
std::vector<std::uint32_t> stratified(const data::Dataset& dataset, std::size_t folds,
                                      std::uint64_t seed, const comm::Communicator& communicator) {
  if (dataset.shape().rows < static_cast<std::int64_t>(folds)) {
    refuse_folds(folds, dataset.shape().rows, "rows");
  }
  std::vector<std::uint32_t> strata = strata_of(dataset);
  const std::size_t classes = dataset.classes().size();
  auto fold_of_row = dealt_by_class(strata, classes, folds, seed, communicator);
  if (!leaves_a_fold_empty(dataset, fold_of_row, folds, communicator)) return fold_of_row;
  return dealt_in_turn(dataset, std::move(strata), classes, folds, seed, communicator);
}

// Cost: an allreduce of 8 bytes per group, O(groups log groups).
std::vector<std::uint32_t> by_groups(const data::Dataset& dataset, std::size_t folds,
                                     std::uint64_t seed, const comm::Communicator& communicator) {
  if (dataset.group_count() < static_cast<std::int64_t>(folds)) {
    refuse_folds(folds, dataset.group_count(), "groups");
  }
  const auto groups = static_cast<std::size_t>(dataset.group_count());
  std::vector<std::int64_t> rows(groups, 0);
  for (const auto group : dataset.groups()) ++rows[group];
  communicator.sum(rows);

  std::vector<std::size_t> order(groups);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(-rows[a], mix(seed, a)) < std::pair(-rows[b], mix(seed, b));
  });
  std::vector<std::int64_t> rows_in_fold(folds, 0);
  std::vector<std::uint32_t> fold_of_group(groups);
  for (const auto group : order) {
    const auto lightest = std::min_element(rows_in_fold.begin(), rows_in_fold.end());
    *lightest += rows[group];
    fold_of_group[group] = static_cast<std::uint32_t>(lightest - rows_in_fold.begin());
  }
  std::vector<std::uint32_t> fold_of_row;
  fold_of_row.reserve(dataset.groups().size());
  for (const auto group : dataset.groups()) fold_of_row.push_back(fold_of_group[group]);
  return fold_of_row;
}

}  // namespace

std::vector<std::uint32_t> assign_folds(const data::Dataset& dataset, std::size_t folds,
                                        std::uint64_t seed,
                                        const comm::Communicator& communicator) {
  return dataset.group_count() > 0 ? by_groups(dataset, folds, seed, communicator)
                                   : stratified(dataset, folds, seed, communicator);
}

namespace {

// Of one class: how many rows, and the first and the last fold that has one.
struct Occurrence {
  std::int64_t rows = 0;
  std::uint32_t first = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t last = 0;

  void add(std::uint32_t fold) {
    ++rows;
    first = std::min(first, fold);
    last = std::max(last, fold);
  }
  void add(const Occurrence& other) {
    rows += other.rows;
    first = std::min(first, other.first);
    last = std::max(last, other.last);
  }
};

std::vector<Occurrence> occurrences(const problem::TrainingSet& set,
                                    std::span<const std::uint32_t> fold_of_row,
                                    const comm::Communicator& communicator) {
  const objective::Targets& targets = set.targets;
  std::vector<Occurrence> mine(targets.classes);
  for (std::size_t i = 0; i < fold_of_row.size(); ++i) {
    const double weight = targets.weights.empty() ? 1.0 : targets.weights[i];
    if (!targets.aggregated()) {
      if (weight > 0.0) mine[(*targets.labels)[i]].add(fold_of_row[i]);
      continue;
    }
    if (targets.success_weight[i] > 0.0) mine[1].add(fold_of_row[i]);
    if (targets.success_weight[i] < weight) mine[0].add(fold_of_row[i]);
  }
  const auto all = communicator.all_gather(std::span<const Occurrence>(mine));
  std::vector<Occurrence> together(targets.classes);
  for (std::size_t i = 0; i < all.size(); ++i) together[i % targets.classes].add(all[i]);
  return together;
}

}  // namespace

void require_classes_in_two_folds(const problem::TrainingSet& set,
                                  std::span<const std::uint32_t> fold_of_row,
                                  const comm::Communicator& communicator) {
  const auto all = occurrences(set, fold_of_row, communicator);
  for (std::size_t k = 0; k < all.size(); ++k) {
    const Occurrence& of_class = all[k];
    if (of_class.rows == 0 || of_class.first < of_class.last) continue;
    const bool one = of_class.rows == 1;
    throw core::agreed_bad_input(
        {.what =
             one ? fmt::format("class '{}' has one row (of positive weight)", set.classes().name(k))
                 : fmt::format("all {} rows of class '{}' are in one fold", of_class.rows,
                               set.classes().name(k)),
         .why = fmt::format("when fold {} is left out, no row of the class is left to learn from",
                            of_class.first),
         .remedy = one ? "Give more rows of the class, leave that one out, or join the class with "
                         "another"
                       : "Take another --seed, more --folds, or --groups that split the class"});
  }
}

}  // namespace mpilogit::fitting
