#include "solvers/growing_samples.hpp"

#include <cmath>
#include <map>
#include <memory>

#include "solvers/newton.hpp"
#include "solvers/problems.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

namespace {

struct Data {
  std::vector<Vector> rows;
  Vector labels;
};

// Two columns whose labels overlap.
Data make_data(int count) {
  Data data;
  for (int i = 0; i < count; ++i) {
    data.rows.push_back({std::sin(i * 1.7), std::cos(i * 0.9)});
    const double noise = std::sin(i * 12.9898) * 43758.5453;
    const double score = 2.0 * data.rows.back()[0] - data.rows.back()[1] + 0.5;
    data.labels.push_back(score + 4.0 * (noise - std::floor(noise)) - 2.0 > 0.0 ? 1.0 : 0.0);
  }
  return data;
}

Data every(std::int64_t stride, const Data& data) {
  Data part;
  for (std::size_t i = 0; i < data.rows.size(); i += static_cast<std::size_t>(stride)) {
    part.rows.push_back(data.rows[i]);
    part.labels.push_back(data.labels[i]);
  }
  return part;
}

// Counts how often a function of each stride is asked for its value; 1 is the whole.
using Counts = std::map<std::int64_t, int>;

std::unique_ptr<TestObjective> objective_of(const Data& data, std::int64_t stride, Counts& counts) {
  Function function = logistic(data.rows, data.labels, 1e-4);
  function.value = [value = function.value, stride, &counts](std::span<const double> w) {
    ++counts[stride];
    return value(w);
  };
  auto objective = std::make_unique<TestObjective>(std::move(function));
  objective->rows = static_cast<std::int64_t>(data.rows.size());
  return objective;
}

std::unique_ptr<TestObjective> with_samples(const Data& data, Counts& counts) {
  auto objective = objective_of(data, 1, counts);
  objective->sample = [&data, &counts](std::int64_t stride) {
    return objective_of(every(stride, data), stride, counts);
  };
  return objective;
}

double value_at(const Data& data, std::span<const double> w) {
  return logistic(data.rows, data.labels, 1e-4).value(w);
}

constexpr double kTolerance = 1e-8;

Vector solved(const Data& data) {
  const TestObjective all(logistic(data.rows, data.labels, 1e-4));
  return newton(all, {Vector(3, 0.0)}, {kTolerance, 100}, [](const Progress&) { return true; })
      .coefficients;
}

}  // namespace

TEST_CASE("Samples start within their own error of the optimum, without a look at all rows") {
  const Data data = make_data(6400);
  Counts counts;
  const auto objective = with_samples(data, counts);
  const Vector start = start_on_samples(*objective, Vector(3, 0.0), kTolerance).coefficients;
  CHECK(counts[1] == 0);
  CHECK(counts[16] >= 2);
  CHECK(counts[4] >= 1);
  const double best = value_at(data, solved(data));
  CHECK(value_at(data, Vector(3, 0.0)) - best > 0.05);
  CHECK(value_at(data, start) - best < 2.0 * 3.0 / (2.0 * 1600.0));
}

TEST_CASE("Each sample starts where the one before it ended") {
  const Data data = make_data(6400);
  Counts counts;
  const auto growing = with_samples(data, counts);
  start_on_samples(*growing, Vector(3, 0.0), kTolerance);
  const int after_others = counts[4];
  const auto only_large = with_samples(data, counts);
  only_large->sample = [&](std::int64_t stride) {
    return stride == 4 ? objective_of(every(stride, data), stride, counts) : nullptr;
  };
  counts.clear();
  start_on_samples(*only_large, Vector(3, 0.0), kTolerance);
  CHECK(counts[16] == 0);
  CHECK(counts[4] > after_others);
}

TEST_CASE("A sample of too few rows for the variables is left out") {
  const Data data = make_data(640);  // 40 rows for 3 variables
  Counts counts;
  const auto objective = with_samples(data, counts);
  start_on_samples(*objective, Vector(3, 0.0), kTolerance);
  CHECK(counts[16] == 0);
  CHECK(counts[4] > 0);
}

TEST_CASE("Where no matrix is made, the largest sample alone, however few its rows") {
  const Data data = make_data(32);
  Counts counts;
  TestObjective objective(logistic(data.rows, data.labels, 1e-4), HessianMatrixKind::unaffordable);
  objective.sample = [&](std::int64_t stride) {
    return objective_of(every(stride, data), stride, counts);
  };
  start_on_samples(objective, Vector(3, 0.0), kTolerance);
  CHECK(counts[16] == 0);
  CHECK(counts[4] > 0);
}

TEST_CASE("No larger sample once a step on all rows will do the rest") {
  const Data data = make_data(6400);
  Counts counts;
  const auto objective = with_samples(data, counts);
  start_on_samples(*objective, Vector(3, 0.0), 1e-2);
  CHECK(counts[16] > 0);
  CHECK(counts[4] == 0);
}

TEST_CASE("A sample that misleads is left behind, whichever size it has") {
  const Data data = make_data(6400);
  Data separable = data;  // of the first column alone, with room between the classes
  for (std::size_t i = 0; i < separable.rows.size(); ++i) {
    separable.labels[i] = separable.rows[i][0] > 0.0 ? 1.0 : 0.0;
  }
  const std::int64_t misleading = GENERATE(16, 4);
  CAPTURE(misleading);
  Counts counts;
  const auto objective = with_samples(data, counts);
  objective->sample = [&](std::int64_t stride) {
    return objective_of(every(stride, stride == misleading ? separable : data), stride, counts);
  };
  const Vector told{0.5, -0.25, 0.125};
  const Start start = start_on_samples(*objective, told, kTolerance);
  if (misleading == 16) {  // seen on the next sample, whose solver does not begin
    CHECK(start.coefficients == told);
    CHECK(counts[4] <= 2);
    return;
  }
  // Seen on all rows: newton begins where it is told to, at once.
  CHECK(start.instead == told);
  CHECK(start.acceptable < value_at(data, start.coefficients));
  std::vector<double> objectives;
  newton(*objective, start, {kTolerance, 100}, [&](const Progress& progress) {
    objectives.push_back(progress.objective);
    return true;
  });
  CHECK(objectives.front() == value_at(data, told));
}

TEST_CASE("A sample that speaks for the data is where newton begins") {
  const Data data = make_data(6400);
  Counts counts;
  const auto objective = with_samples(data, counts);
  const Start start = start_on_samples(*objective, Vector(3, 0.0), kTolerance);
  double first = 0.0;
  newton(*objective, start, {kTolerance, 100}, [&](const Progress& progress) {
    first = progress.objective;
    return false;
  });
  CHECK(first == value_at(data, start.coefficients));
}

TEST_CASE("A function without samples starts where it is told to") {
  const Data data = make_data(6400);
  Counts counts;
  const auto objective = objective_of(data, 1, counts);
  const Vector told{0.5, -0.25, 3.0};
  CHECK(start_on_samples(*objective, told, kTolerance).coefficients == told);
  CHECK(counts[1] == 0);
}

TEST_CASE("Samples whose classes are separated leave a finite start") {
  Data data = make_data(6400);
  for (std::size_t i = 0; i < data.rows.size(); i += 4) {
    data.labels[i] = data.rows[i][0] > 0.0 ? 1.0 : 0.0;
  }
  Counts counts;
  const auto objective = with_samples(data, counts);
  const Vector start = start_on_samples(*objective, Vector(3, 0.0), kTolerance).coefficients;
  for (const double w : start) CHECK(std::isfinite(w));
  CHECK(counts[4] <= 30);  // it stops for the sample's sake, not at the optimum
}
