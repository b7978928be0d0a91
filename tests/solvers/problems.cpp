#include "solvers/problems.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mpilogit::solvers::testing {

namespace {

double element(const SymmetricMatrix& matrix, std::size_t j, std::size_t k) {
  return matrix(std::max(j, k), std::min(j, k));
}

Vector product(const SymmetricMatrix& matrix, std::span<const double> vector) {
  Vector result(matrix.dimension, 0.0);
  for (std::size_t j = 0; j < matrix.dimension; ++j) {
    for (std::size_t k = 0; k < matrix.dimension; ++k) {
      result[j] += element(matrix, j, k) * vector[k];
    }
  }
  return result;
}

double inner(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += a[j] * b[j];
  return sum;
}

class TestPoint final : public Point {
 public:
  TestPoint(const TestObjective& objective, std::span<const double> coefficients)
      : objective_(objective),
        coefficients_(coefficients.begin(), coefficients.end()),
        value_(objective.function().value(coefficients)),
        gradient_(objective.function().gradient(coefficients)) {}

  std::span<const double> coefficients() const override { return coefficients_; }
  double value() const override { return value_; }
  std::span<const double> gradient() const override { return gradient_; }

  void hessian_vector(std::span<const double> direction, std::span<double> result) const override {
    ++objective_.passes;
    ++objective_.products;
    const Vector computed = product(objective_.function().hessian(coefficients_), direction);
    std::copy(computed.begin(), computed.end(), result.begin());
  }

  void hessian_diagonal(std::span<double> diagonal) const override {
    ++objective_.passes;
    const auto matrix = objective_.function().hessian(coefficients_);
    for (std::size_t j = 0; j < diagonal.size(); ++j) diagonal[j] = matrix(j, j);
  }

  // "Sampled" is a Hessian that is wrong by up to a third, but right on the diagonal.
  SymmetricMatrix hessian_matrix() const override {
    ++objective_.passes;
    ++objective_.matrices;
    auto matrix = objective_.function().hessian(coefficients_);
    if (objective_.hessian_matrix_kind() == HessianMatrixKind::exact) return matrix;
    for (std::size_t j = 0; j < matrix.dimension; ++j) {
      for (std::size_t k = 0; k < j; ++k) matrix(j, k) *= 0.67;
    }
    return matrix;
  }

  std::vector<SymmetricMatrix> hessian_blocks() const override {
    ++objective_.passes;
    const auto matrix = objective_.function().hessian(coefficients_);
    const std::size_t classes = objective_.classes();
    std::vector<SymmetricMatrix> blocks;
    for (std::size_t c = 0; c < classes; ++c) {
      blocks.emplace_back(matrix.dimension / classes);
      for (std::size_t j = 0; j < blocks[c].dimension; ++j) {
        for (std::size_t k = 0; k <= j; ++k) {
          blocks[c](j, k) = matrix(j * classes + c, k * classes + c);
        }
      }
    }
    return blocks;
  }

  SymmetricMatrix hessian_matrix(std::span<const std::size_t> variables) const override {
    ++objective_.passes;
    objective_.matrix_sizes.push_back(variables.size());
    const auto matrix = objective_.function().hessian(coefficients_);
    SymmetricMatrix restricted(variables.size());
    for (std::size_t j = 0; j < variables.size(); ++j) {
      for (std::size_t k = 0; k <= j; ++k) restricted(j, k) = matrix(variables[j], variables[k]);
    }
    return restricted;
  }

 private:
  const TestObjective& objective_;
  Vector coefficients_;
  double value_;
  Vector gradient_;
};

class TestLine final : public Line {
 public:
  TestLine(const TestObjective& objective, const Point& from, const Point& to)
      : objective_(objective), from_(from.coefficients().begin(), from.coefficients().end()) {
    for (std::size_t j = 0; j < from_.size(); ++j) {
      change_.push_back(to.coefficients()[j] - from_[j]);
    }
  }

  Sample at(double t) const override {
    ++objective_.line_samples;
    Vector w = from_;
    for (std::size_t j = 0; j < w.size(); ++j) w[j] += t * change_[j];
    return {objective_.function().value(w), inner(objective_.function().gradient(w), change_)};
  }

 private:
  const TestObjective& objective_;
  Vector from_;
  Vector change_;
};

// A ← R A R with R = I − 2 u uᵀ / uᵀu.
void reflect(SymmetricMatrix& matrix, const Vector& u) {
  const std::size_t n = matrix.dimension;
  const double scale = 2.0 / inner(u, u);
  const Vector au = product(matrix, u);
  const double uau = inner(u, au);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k <= j; ++k) {
      matrix(j, k) += -scale * (u[j] * au[k] + au[j] * u[k]) + scale * scale * uau * u[j] * u[k];
    }
  }
}

}  // namespace

std::unique_ptr<Point> TestObjective::evaluate(std::span<const double> coefficients) const {
  ++passes;
  ++evaluations;
  return std::make_unique<TestPoint>(*this, coefficients);
}

std::unique_ptr<Line> TestObjective::between(const Point& from, const Point& to) const {
  return std::make_unique<TestLine>(*this, from, to);
}

SymmetricMatrix diagonal_matrix(const Vector& diagonal) {
  SymmetricMatrix matrix(diagonal.size());
  for (std::size_t j = 0; j < diagonal.size(); ++j) matrix(j, j) = diagonal[j];
  return matrix;
}

SymmetricMatrix ill_conditioned_matrix(std::size_t dimension, double condition) {
  Vector eigenvalues(dimension);
  Vector first(dimension);
  Vector second(dimension);
  for (std::size_t j = 0; j < dimension; ++j) {
    const double fraction = static_cast<double>(j) / static_cast<double>(dimension - 1);
    eigenvalues[j] = std::pow(condition, -fraction);
    first[j] = std::cos(1.0 + static_cast<double>(j));
    second[j] = std::sin(2.0 + 3.0 * static_cast<double>(j));
  }
  SymmetricMatrix matrix = diagonal_matrix(eigenvalues);
  reflect(matrix, first);
  reflect(matrix, second);
  return matrix;
}

Function quadratic(const SymmetricMatrix& matrix, const Vector& minimum, double constant) {
  const auto gradient = [matrix, minimum](std::span<const double> w) {
    Vector difference(w.begin(), w.end());
    for (std::size_t j = 0; j < w.size(); ++j) difference[j] -= minimum[j];
    return product(matrix, difference);
  };
  const auto value = [gradient, minimum, constant](std::span<const double> w) {
    const Vector g = gradient(w);
    double sum = 0.0;
    for (std::size_t j = 0; j < w.size(); ++j) sum += 0.5 * g[j] * (w[j] - minimum[j]);
    return sum + constant;
  };
  return {matrix.dimension, value, gradient, [matrix](std::span<const double>) { return matrix; }};
}

Function extended_rosenbrock(std::size_t pairs) {
  const auto value = [](std::span<const double> w) {
    double sum = 1.0;
    for (std::size_t j = 0; j < w.size(); j += 2) {
      sum += 100.0 * std::pow(w[j + 1] - w[j] * w[j], 2) + std::pow(1.0 - w[j], 2);
    }
    return sum;
  };
  const auto gradient = [](std::span<const double> w) {
    Vector g(w.size());
    for (std::size_t j = 0; j < w.size(); j += 2) {
      g[j] = -400.0 * w[j] * (w[j + 1] - w[j] * w[j]) - 2.0 * (1.0 - w[j]);
      g[j + 1] = 200.0 * (w[j + 1] - w[j] * w[j]);
    }
    return g;
  };
  const auto hessian = [](std::span<const double> w) {
    SymmetricMatrix h(w.size());
    for (std::size_t j = 0; j < w.size(); j += 2) {
      h(j, j) = 1200.0 * w[j] * w[j] - 400.0 * w[j + 1] + 2.0;
      h(j + 1, j) = -400.0 * w[j];
      h(j + 1, j + 1) = 200.0;
    }
    return h;
  };
  return {2 * pairs, value, gradient, hessian};
}

Function barrier(std::size_t dimension) {
  const auto value = [](std::span<const double> w) {
    double sum = 0.0;
    for (const double x : w) sum += 0.5 * x * x - std::log(x);
    return sum;
  };
  const auto gradient = [](std::span<const double> w) {
    Vector g;
    for (const double x : w) g.push_back(x > 0.0 ? x - 1.0 / x : std::nan(""));
    return g;
  };
  const auto hessian = [](std::span<const double> w) {
    Vector d;
    for (const double x : w) d.push_back(1.0 + 1.0 / (x * x));
    return diagonal_matrix(d);
  };
  return {dimension, value, gradient, hessian};
}

Function logistic(std::vector<Vector> rows, Vector labels, double l2) {
  for (auto& row : rows) row.push_back(1.0);
  const std::size_t dimension = rows.front().size();
  const double weight = 1.0 / static_cast<double>(rows.size());
  const auto value = [=](std::span<const double> w) {
    double sum = 0.0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double z = inner(rows[i], w);
      sum += std::max(z, 0.0) - labels[i] * z + std::log1p(std::exp(-std::abs(z)));
    }
    const auto slopes = w.first(w.size() - 1);
    return weight * sum + 0.5 * l2 * inner(slopes, slopes);
  };
  const auto gradient = [=](std::span<const double> w) {
    Vector g(w.size(), 0.0);
    for (std::size_t j = 0; j + 1 < w.size(); ++j) g[j] = l2 * w[j];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double z = inner(rows[i], w);  // σ(z) − y, without cancellation at y = 1
      const double residual =
          labels[i] > 0.0 ? -1.0 / (1.0 + std::exp(z)) : 1.0 / (1.0 + std::exp(-z));
      for (std::size_t j = 0; j < w.size(); ++j) g[j] += weight * residual * rows[i][j];
    }
    return g;
  };
  const auto hessian = [=](std::span<const double> w) {
    SymmetricMatrix h(w.size());
    for (std::size_t j = 0; j + 1 < w.size(); ++j) h(j, j) = l2;
    for (const auto& row : rows) {
      const double e = std::exp(-std::abs(inner(row, w)));
      const double curvature = weight * e / ((1.0 + e) * (1.0 + e));
      for (std::size_t j = 0; j < w.size(); ++j) {
        for (std::size_t k = 0; k <= j; ++k) h(j, k) += curvature * row[j] * row[k];
      }
    }
    return h;
  };
  return {dimension, value, gradient, hessian};
}

Function softmax(std::vector<Vector> rows, std::vector<std::size_t> labels, std::size_t classes,
                 double l2) {
  for (auto& row : rows) row.push_back(1.0);
  const std::size_t columns = rows.front().size();
  const double weight = 1.0 / static_cast<double>(rows.size());
  // Margins of a row, less their greatest.
  const auto margins = [=](const Vector& row, std::span<const double> w) {
    Vector z(classes, 0.0);
    for (std::size_t j = 0; j < columns; ++j) {
      for (std::size_t k = 0; k < classes; ++k) z[k] += row[j] * w[j * classes + k];
    }
    const double greatest = *std::max_element(z.begin(), z.end());
    for (double& margin : z) margin -= greatest;
    return z;
  };
  const auto probabilities = [=](const Vector& row, std::span<const double> w) {
    Vector p = margins(row, w);
    double sum = 0.0;
    for (double& value : p) sum += value = std::exp(value);
    for (double& value : p) value /= sum;
    return p;
  };
  const std::size_t slopes = (columns - 1) * classes;
  const auto value = [=](std::span<const double> w) {
    double sum = 0.0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Vector z = margins(rows[i], w);
      double partition = 0.0;
      for (const double margin : z) partition += std::exp(margin);
      sum += std::log(partition) - z[labels[i]];
    }
    return weight * sum + 0.5 * l2 * inner(w.first(slopes), w.first(slopes));
  };
  const auto gradient = [=](std::span<const double> w) {
    Vector g(w.size(), 0.0);
    for (std::size_t v = 0; v < slopes; ++v) g[v] = l2 * w[v];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Vector residual = probabilities(rows[i], w);
      residual[labels[i]] -= 1.0;
      for (std::size_t v = 0; v < w.size(); ++v) {
        g[v] += weight * residual[v % classes] * rows[i][v / classes];
      }
    }
    return g;
  };
  const auto hessian = [=](std::span<const double> w) {
    SymmetricMatrix h(w.size());
    for (std::size_t v = 0; v < slopes; ++v) h(v, v) = l2;
    for (const auto& row : rows) {
      const Vector p = probabilities(row, w);
      for (std::size_t v = 0; v < w.size(); ++v) {
        for (std::size_t u = 0; u <= v; ++u) {
          const std::size_t k = v % classes;
          const std::size_t l = u % classes;
          const double curvature = (k == l ? p[k] : 0.0) - p[k] * p[l];
          h(v, u) += weight * curvature * row[v / classes] * row[u / classes];
        }
      }
    }
    return h;
  };
  return {columns * classes, value, gradient, hessian};
}

}  // namespace mpilogit::solvers::testing
