#include "sample_data.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <unistd.h>

#include "comm/agreement.hpp"
#include "hdf5/file.hpp"

namespace mpilogit::objective::testing {

namespace {

// Of every class: 0 for the one that has no column.
std::vector<long double> naive_margins(const SampleData& sample, std::span<const double> w,
                                       std::int64_t row) {
  const std::size_t columns = sample.columns();
  const auto features = static_cast<std::size_t>(sample.features);
  std::vector<long double> z(sample.classes, 0.0L);
  for (std::size_t k = 0; k < columns; ++k) {
    long double& margin = z[k + sample.classes - columns];
    margin = w[features * columns + k];
    if (!sample.offsets.empty()) margin += sample.offsets[static_cast<std::size_t>(row)];
    for (std::size_t j = 0; j < features; ++j) {
      margin += static_cast<long double>(sample.at(row, static_cast<std::int64_t>(j))) *
                w[j * columns + k];
    }
  }
  return z;
}

// log Σ e^z
long double log_sum(const std::vector<long double>& z) {
  const long double largest = *std::max_element(z.begin(), z.end());
  long double sum = 0.0L;
  for (const auto margin : z) sum += std::exp(margin - largest);
  return largest + std::log(sum);
}

// Of the classes with columns.
std::vector<long double> naive_probabilities(const SampleData& sample, std::span<const double> w,
                                             std::int64_t row) {
  const auto z = naive_margins(sample, w, row);
  const long double total = log_sum(z);
  std::vector<long double> p;
  for (std::size_t k = sample.classes - sample.columns(); k < sample.classes; ++k) {
    p.push_back(std::exp(z[k] - total));
  }
  return p;
}

long double naive_weight(const SampleData& sample) {
  long double total = 0;
  for (std::int64_t i = 0; i < sample.rows; ++i) total += sample.weight(i);
  return total;
}

// x_ij, or 1 for the intercept.
double extended(const SampleData& sample, std::int64_t row, std::size_t j) {
  const auto feature = static_cast<std::int64_t>(j);
  return feature == sample.features ? 1.0 : sample.at(row, feature);
}

}  // namespace

SampleData make_sample(std::int64_t rows, const std::vector<double>& units, bool weighted) {
  SampleData sample;
  sample.rows = rows;
  sample.features = static_cast<std::int64_t>(units.size());
  std::mt19937_64 engine(static_cast<std::uint64_t>(rows));
  const auto uniform = [&] { return static_cast<double>(engine() >> 11U) * 0x1p-53 * 2.0 - 1.0; };
  for (std::int64_t i = 0; i < rows; ++i) {
    double score = 0.0;
    for (const double unit : units) {
      const double value = uniform();
      score += value;
      sample.x.push_back(value * unit);
    }
    sample.y.push_back(score + 2.0 * uniform() > 0.0 ? 1 : 0);
    if (weighted) {
      sample.weights.push_back(i % 5 == 0 ? 0.0 : 1.0 + uniform());
      sample.offsets.push_back(uniform());
    }
  }
  return sample;
}

SampleData make_classes(std::int64_t rows, const std::vector<double>& units, bool weighted,
                        std::size_t classes, bool reference_class) {
  SampleData sample = make_sample(rows, units, weighted);
  sample.classes = classes;
  sample.reference_class = reference_class;
  std::mt19937_64 engine(static_cast<std::uint64_t>(rows) + 1);
  for (std::size_t i = 0; i < sample.y.size(); ++i) {
    // The old label and a draw: classes overlap, and all of them occur.
    const auto draw = static_cast<std::int64_t>(engine() % classes);
    sample.y[i] = (sample.y[i] + draw / 2 * 2) % static_cast<std::int64_t>(classes);
  }
  for (std::size_t k = 0; k < classes; ++k) sample.y[k + 1] = static_cast<std::int64_t>(k);
  return sample;
}

data::Dataset distribute(const SampleData& sample, const comm::Communicator& communicator) {
  const std::string path = comm::on_root(communicator, [&] {
    const std::string name = "objective-test-" + std::to_string(::getpid()) + ".h5";
    hdf5::File file = hdf5::File::create(name);
    hdf5::write_doubles(file, "X", sample.x, {sample.rows, sample.features});
    hdf5::write_integers(file, "y", sample.y, {sample.rows});
    if (!sample.weights.empty()) {
      hdf5::write_doubles(file, "weights", sample.weights, {sample.rows});
      hdf5::write_doubles(file, "offsets", sample.offsets, {sample.rows});
    }
    if (!sample.groups.empty()) hdf5::write_integers(file, "groups", sample.groups, {sample.rows});
    if (!sample.trials.empty()) hdf5::write_integers(file, "trials", sample.trials, {sample.rows});
    file.close();
    return name;
  });
  data::Source source;
  source.files = {path};
  if (!sample.weights.empty()) {
    source.weights = "weights";
    source.offsets = "offsets";
  }
  if (!sample.groups.empty()) source.groups = "groups";
  if (!sample.trials.empty()) source.trials = "trials";
  data::Dataset dataset = data::read_dataset(source, communicator);
  if (communicator.is_root()) ::unlink(path.c_str());
  return dataset;
}

TestObjective::TestObjective(const data::Dataset& dataset, const comm::Communicator& communicator,
                             RidgePenalty penalty, int threads, bool reference_class)
    : design(dataset),
      targets([&] {
        Targets made = targets_of(dataset);
        made.reference_class = reference_class;
        return made;
      }()),
      rows(design, targets.weights, communicator, threads),
      passes(rows),
      objective(passes, targets, std::move(penalty)) {}

long double naive_value(const SampleData& sample, std::span<const double> w, double l2) {
  long double loss = 0;
  for (std::int64_t i = 0; i < sample.rows; ++i) {
    const auto z = naive_margins(sample, w, i);
    const auto y = static_cast<std::size_t>(sample.y[static_cast<std::size_t>(i)]);
    loss += sample.weight(i) * (log_sum(z) - z[y]);
  }
  long double squares = 0;
  for (const double value : w.first(w.size() - sample.columns())) {
    squares += static_cast<long double>(value) * value;
  }
  return loss / naive_weight(sample) + 0.5L * l2 * squares;
}

std::vector<double> naive_gradient(const SampleData& sample, std::span<const double> w, double l2) {
  const std::size_t columns = sample.columns();
  const std::size_t first = sample.classes - columns;
  std::vector<long double> sums(w.size(), 0);
  for (std::int64_t i = 0; i < sample.rows; ++i) {
    const auto p = naive_probabilities(sample, w, i);
    const auto y = static_cast<std::size_t>(sample.y[static_cast<std::size_t>(i)]);
    for (std::size_t v = 0; v < w.size(); ++v) {
      const std::size_t k = v % columns;
      const long double residual = p[k] - (y == k + first ? 1 : 0);
      sums[v] += sample.weight(i) * residual * extended(sample, i, v / columns);
    }
  }
  std::vector<double> gradient;
  for (std::size_t v = 0; v < w.size(); ++v) {
    const bool intercept = v + columns >= w.size();
    const long double penalty = intercept ? 0 : static_cast<long double>(l2) * w[v];
    gradient.push_back(static_cast<double>(sums[v] / naive_weight(sample) + penalty));
  }
  return gradient;
}

std::vector<std::vector<double>> naive_hessian(const SampleData& sample, std::span<const double> w,
                                               double l2) {
  const std::size_t columns = sample.columns();
  std::vector<std::vector<double>> hessian(w.size(), std::vector<double>(w.size(), 0.0));
  std::vector<std::vector<long double>> p;
  for (std::int64_t i = 0; i < sample.rows; ++i) p.push_back(naive_probabilities(sample, w, i));
  for (std::size_t a = 0; a < w.size(); ++a) {
    for (std::size_t b = 0; b < w.size(); ++b) {
      const std::size_t k = a % columns;
      const std::size_t l = b % columns;
      long double sum = 0;
      for (std::int64_t i = 0; i < sample.rows; ++i) {
        const auto& q = p[static_cast<std::size_t>(i)];
        sum += sample.weight(i) * q[k] * ((k == l ? 1 : 0) - q[l]) *
               extended(sample, i, a / columns) * extended(sample, i, b / columns);
      }
      hessian[a][b] = static_cast<double>(sum / naive_weight(sample));
      if (a == b && a + columns < w.size()) hessian[a][b] += l2;
    }
  }
  return hessian;
}

}  // namespace mpilogit::objective::testing
