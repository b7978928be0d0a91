#include "sample_data.hpp"

#include <cmath>
#include <random>
#include <unistd.h>

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/hdf5/file.hpp"

namespace mpilogit::objective::testing {

namespace {

long double naive_margin(const SampleData& sample, std::span<const double> w, std::int64_t row) {
  long double z = w.back();
  if (!sample.offsets.empty()) z += sample.offsets[static_cast<std::size_t>(row)];
  for (std::int64_t j = 0; j < sample.features; ++j) {
    z += static_cast<long double>(sample.at(row, j)) * w[static_cast<std::size_t>(j)];
  }
  return z;
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
    file.close();
    return name;
  });
  data::Source source;
  source.files = {path};
  if (!sample.weights.empty()) {
    source.weights = "weights";
    source.offsets = "offsets";
  }
  data::Dataset dataset = data::read_dataset(source, communicator);
  if (communicator.is_root()) ::unlink(path.c_str());
  return dataset;
}

long double naive_value(const SampleData& sample, std::span<const double> w, double l2) {
  long double loss = 0;
  for (std::int64_t i = 0; i < sample.rows; ++i) {
    const long double z = naive_margin(sample, w, i);
    const auto y = static_cast<long double>(sample.y[static_cast<std::size_t>(i)]);
    loss += sample.weight(i) * (std::fmax(z, 0.0L) - y * z + std::log1p(std::exp(-std::fabs(z))));
  }
  long double squares = 0;
  for (const double value : w.first(w.size() - 1))
    squares += static_cast<long double>(value) * value;
  return loss / naive_weight(sample) + 0.5L * l2 * squares;
}

std::vector<double> naive_gradient(const SampleData& sample, std::span<const double> w, double l2) {
  std::vector<long double> sums(w.size(), 0);
  for (std::int64_t i = 0; i < sample.rows; ++i) {
    const long double sigma = 1 / (1 + std::exp(-naive_margin(sample, w, i)));
    const auto y = static_cast<long double>(sample.y[static_cast<std::size_t>(i)]);
    for (std::size_t j = 0; j < w.size(); ++j) {
      sums[j] += sample.weight(i) * (sigma - y) * extended(sample, i, j);
    }
  }
  std::vector<double> gradient;
  for (std::size_t j = 0; j < w.size(); ++j) {
    const long double penalty = j + 1 < w.size() ? static_cast<long double>(l2) * w[j] : 0;
    gradient.push_back(static_cast<double>(sums[j] / naive_weight(sample) + penalty));
  }
  return gradient;
}

std::vector<std::vector<double>> naive_hessian(const SampleData& sample, std::span<const double> w,
                                               double l2) {
  std::vector<std::vector<double>> hessian(w.size(), std::vector<double>(w.size(), 0.0));
  for (std::size_t j = 0; j < w.size(); ++j) {
    for (std::size_t k = 0; k < w.size(); ++k) {
      long double sum = 0;
      for (std::int64_t i = 0; i < sample.rows; ++i) {
        const long double sigma = 1 / (1 + std::exp(-naive_margin(sample, w, i)));
        sum += sample.weight(i) * sigma * (1 - sigma) * extended(sample, i, j) *
               extended(sample, i, k);
      }
      hessian[j][k] = static_cast<double>(sum / naive_weight(sample));
      if (j == k && j + 1 < w.size()) hessian[j][k] += l2;
    }
  }
  return hessian;
}

}  // namespace mpilogit::objective::testing
