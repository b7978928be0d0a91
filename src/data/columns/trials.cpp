#include "data/columns/trials.hpp"

#include <cmath>
#include <numeric>

#include "data/metadata/findings.hpp"

namespace mpilogit::data {

namespace {

constexpr double kTwoTo53 = 9007199254740992.0;

enum BadCount { sound_count, count_not_finite, count_not_whole, negative_count, above_trials };

BadCount judge_count(double count) {
  if (!std::isfinite(count)) return count_not_finite;
  if (count != std::trunc(count)) return count_not_whole;
  return count < 0.0 ? negative_count : sound_count;
}

std::string reason(int kind) {
  switch (kind) {
    case count_not_finite:
      return "that one is NaN or infinite";
    case count_not_whole:
      return "that one is not a whole number";
    case negative_count:
      return "that one is negative";
    default:
      return "there are more successes than trials";
  }
}

void require_counts(const Metadata& metadata, Range rows, const std::vector<double>& successes,
                    const std::vector<double>& trials, const comm::Communicator& communicator) {
  Finding bad_trials;
  Finding bad_successes;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const std::int64_t row = rows.first + static_cast<std::int64_t>(i);
    if (const auto kind = judge_count(trials[i]); kind != sound_count) bad_trials.add(row, 0, kind);
    auto kind = judge_count(successes[i]);
    if (kind == sound_count && successes[i] > trials[i]) kind = above_trials;
    if (kind != sound_count) bad_successes.add(row, 0, kind);
  }
  const FileMetadata& first = metadata.files.front();
  if (const auto found = combine(bad_trials, communicator)) {
    throw bad_values(metadata, first.trials->name, *found,
                     {"number of trials is unusable", "numbers of trials are unusable"},
                     reason(found->kind), "Give the number of trials of each row: 0, 1, 2, …");
  }
  if (const auto found = combine(bad_successes, communicator)) {
    throw bad_values(metadata, first.labels->name, *found,
                     {"number of successes is unusable", "numbers of successes are unusable"},
                     reason(found->kind),
                     "With trials, " + first.labels->name +
                         " counts the successes of each row: 0, 1, … up to its trials");
  }
}

}  // namespace

void require_trials(const Metadata& metadata, Range rows, const std::vector<double>& successes,
                    const std::vector<double>& trials, const comm::Communicator& communicator) {
  require_counts(metadata, rows, successes, trials, communicator);
  // Whole numbers: exact below 2^53 in any order.
  const double mine = std::accumulate(trials.begin(), trials.end(), 0.0);
  const auto all = communicator.all_gather(std::span<const double>(&mine, 1));
  const double total = std::accumulate(all.begin(), all.end(), 0.0);
  if (total > 0.0 && total < kTwoTo53) return;
  const FileMetadata& first = metadata.files.front();
  throw core::bad_input(
      {.what = total == 0.0 ? "all trials are 0" : "there are 2^53 trials or more",
       .where = first.path + ":/" + first.trials->name,
       .why = total == 0.0 ? "no row is left" : "so many cannot be counted exactly",
       .remedy = "Check the numbers of trials"})
      .as_agreed();
}

}  // namespace mpilogit::data
