#include "kernels/softmax.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "kernels/elementary.hpp"

namespace mpilogit::kernels {

namespace {

/// Rows are taken in chunks, so that the exponentials of all of them are one loop.
constexpr std::size_t chunk_rows = 32;
using Chunk = std::array<double, chunk_rows>;

/// chunk(first row, rows)
template <class Visitor>
void for_chunks(std::size_t rows, Visitor&& chunk) {
  for (std::size_t first = 0; first < rows; first += chunk_rows) {
    chunk(first, std::min(chunk_rows, rows - first));
  }
}

/// largest − margin, and 0 where both are the same infinity.
inline double distance_to(double largest, double margin) {
  return margin == largest ? 0.0 : largest - margin;
}

double largest_of(const double* margins, std::size_t columns, double largest) {
  // A NaN in either place stays or is met again by the exponentials.
  for (std::size_t k = 0; k < columns; ++k) largest = margins[k] > largest ? margins[k] : largest;
  return largest;
}

double ascending_sum(const double* values, std::size_t count, double sum) {
  for (std::size_t k = 0; k < count; ++k) sum += values[k];
  return sum;
}

/// Sum over all classes but that of column `own`, the reference first. own = columns: but the
/// reference.
double sum_of_others(const double* values, std::size_t columns, double reference, std::size_t own) {
  if (own == columns) return ascending_sum(values, columns, 0.0);
  const double before = ascending_sum(values, own, reference);
  return ascending_sum(values + own + 1, columns - own - 1, before);
}

/// The column of a class; shape.columns for the reference.
std::size_t column_of(const SoftmaxShape& shape, std::uint32_t label) {
  if (!shape.reference_class) return label;
  return label == 0 ? shape.columns : label - 1;
}

/// Exponentials e^(z_k − max z) of a chunk of rows, and what their rows need beside them.
struct Exponentials {
  Chunk largest;    // max z of the row
  Chunk reference;  // the exponential of the reference class; 0 where there is none
};

/// Writes the exponentials of `rows` rows, which may be the same memory as `margins`.
Exponentials exponentials_of(const SoftmaxShape& shape, const double* margins, std::size_t rows,
                             double* exponentials) {
  Exponentials found;
  const std::size_t columns = shape.columns;
  for (std::size_t i = 0; i < rows; ++i) {
    const double* row = margins + i * columns;
    const double largest = largest_of(row, columns, shape.reference_class ? 0.0 : row[0]);
    for (std::size_t k = 0; k < columns; ++k) {
      exponentials[i * columns + k] = distance_to(largest, row[k]);
    }
    found.largest[i] = largest;
  }
  found.reference.fill(0.0);
  if (shape.reference_class) {
    std::copy_n(found.largest.begin(), rows, found.reference.begin());
    exps_of_minus({found.reference.data(), rows});
  }
  exps_of_minus({exponentials, rows * columns});
  return found;
}

/// Of one row: what its class has, and what all others have together.
struct OwnAndOthers {
  double distance;  // max z − z_y
  double total;     // Σ_k e^(z_k − max z)
  double others;    // the same without k = y; ≤ total, as rounding is monotone
};

/// x in: log Σ_k e^(z_k) − z_y = log(1 + x) + distance. Where z_y is the largest margin the others'
/// sum keeps the tail; elsewhere the loss is at least log 2.
inline double excess_of(const OwnAndOthers& row) {
  return row.distance == 0 ? row.others : row.total - 1;  // exact
}

/// From exponentials to residuals, in place.
void residuals_of_row(const OwnAndOthers& row, double weight, std::size_t columns,
                      std::size_t own_column, double* values) {
  if (weight == 0) {
    std::fill_n(values, columns, 0.0);
    return;
  }
  for (std::size_t k = 0; k < columns; ++k) values[k] = weight * (values[k] / row.total);
  if (own_column < columns) values[own_column] = -(weight * (row.others / row.total));
}

/// Probability of the reference class, as far as the others' rounding leaves it.
double reference_probability(const SoftmaxShape& shape, const double* probabilities) {
  if (!shape.reference_class) return 0;
  const double rest = 1 - ascending_sum(probabilities, shape.columns, 0.0);
  return rest < 0 ? 0.0 : rest;
}

}  // namespace

void softmax_losses_and_residuals(const SoftmaxShape& shape, std::span<const double> margins,
                                  std::span<const std::uint32_t> labels,
                                  std::span<const double> weights, std::span<double> residuals,
                                  LaneSum& losses) {
  const std::size_t columns = shape.columns;
  for_chunks(labels.size(), [&](std::size_t first, std::size_t rows) {
    const double* chunk_margins = margins.data() + first * columns;
    Chunk own_margin;  // read before `residuals` may overwrite it
    for (std::size_t i = 0; i < rows; ++i) {
      const std::size_t own = column_of(shape, labels[first + i]);
      own_margin[i] = own < columns ? chunk_margins[i * columns + own] : 0.0;
    }
    double* values = residuals.data() + first * columns;
    const Exponentials found = exponentials_of(shape, chunk_margins, rows, values);
    Chunk loss;
    Chunk distance;
    for (std::size_t i = 0; i < rows; ++i) {
      double* row = values + i * columns;
      const std::size_t own = column_of(shape, labels[first + i]);
      const OwnAndOthers sums{distance_to(found.largest[i], own_margin[i]),
                              ascending_sum(row, columns, found.reference[i]),
                              sum_of_others(row, columns, found.reference[i], own)};
      const double weight = weights.empty() ? 1.0 : weights[first + i];
      loss[i] = excess_of(sums);
      distance[i] = sums.distance;
      residuals_of_row(sums, weight, columns, own, row);
    }
    logs_of_one_plus_any({loss.data(), rows});
    for (std::size_t i = 0; i < rows; ++i) {
      const double weight = weights.empty() ? 1.0 : weights[first + i];
      loss[i] = weight == 0 ? 0.0 : weight * (loss[i] + distance[i]);
    }
    losses.add({loss.data(), rows});
  });
}

void softmax_probabilities(const SoftmaxShape& shape, std::span<const double> margins,
                           std::span<double> probabilities) {
  const std::size_t columns = shape.columns;
  for_chunks(margins.size() / columns, [&](std::size_t first, std::size_t rows) {
    double* values = probabilities.data() + first * columns;
    const Exponentials found =
        exponentials_of(shape, margins.data() + first * columns, rows, values);
    for (std::size_t i = 0; i < rows; ++i) {
      double* row = values + i * columns;
      const double total = ascending_sum(row, columns, found.reference[i]);
      for (std::size_t k = 0; k < columns; ++k) row[k] /= total;
    }
  });
}

void softmax_curvature_products(const SoftmaxShape& shape, std::span<const double> probabilities,
                                std::span<const double> weights, std::span<double> margins) {
  const std::size_t columns = shape.columns;
  for (std::size_t i = 0; i < margins.size() / columns; ++i) {
    const double* p = probabilities.data() + i * columns;
    double* u = margins.data() + i * columns;
    // All u less that of the likeliest class, which changes no product: the mean is then as small
    // as the others' probabilities, and the differences lose no tail.
    const auto likeliest = static_cast<std::size_t>(std::max_element(p, p + columns) - p);
    const double reference = reference_probability(shape, p);
    const double origin = reference >= p[likeliest] ? 0.0 : u[likeliest];
    double mean = reference * -origin;
    for (std::size_t k = 0; k < columns; ++k) mean += p[k] * (u[k] - origin);
    const double weight = weights.empty() ? 1.0 : weights[i];
    for (std::size_t k = 0; k < columns; ++k) u[k] = weight * (p[k] * ((u[k] - origin) - mean));
  }
}

void softmax_curvatures(const SoftmaxShape& shape, std::span<const double> probabilities,
                        std::span<const double> weights, std::size_t k, std::size_t l,
                        std::span<double> curvatures) {
  const std::size_t columns = shape.columns;
  for (std::size_t i = 0; i < curvatures.size(); ++i) {
    const double* p = probabilities.data() + i * columns;
    const double other =
        k == l ? sum_of_others(p, columns, reference_probability(shape, p), k) : p[l];
    // Rounding can lift the product above its bound by one unit in the last place.
    const double product = p[k] * other;
    const double curvature = product > 0.25 ? 0.25 : product;
    const double weight = weights.empty() ? 1.0 : weights[i];
    curvatures[i] = k == l ? weight * curvature : -(weight * curvature);
  }
}

void softmax_diagonal_curvatures(const SoftmaxShape& shape, std::span<const double> probabilities,
                                 std::span<const double> weights, std::span<double> curvatures) {
  const std::size_t columns = shape.columns;
  std::vector<double> after(columns + 1, 0.0);  // Σ of p from a column on
  for (std::size_t i = 0; i < curvatures.size() / columns; ++i) {
    const double* p = probabilities.data() + i * columns;
    double* curvature = curvatures.data() + i * columns;
    for (std::size_t k = columns; k-- > 0;) after[k] = after[k + 1] + p[k];
    const double weight = weights.empty() ? 1.0 : weights[i];
    double before = reference_probability(shape, p);
    for (std::size_t k = 0; k < columns; ++k) {
      const double own = p[k];
      const double product = own * (before + after[k + 1]);
      before += own;
      curvature[k] = weight * (product > 0.25 ? 0.25 : product);
    }
  }
}

}  // namespace mpilogit::kernels
