#include "statistics/scores.hpp"

#include <algorithm>
#include <vector>

#include "kernels/elementary.hpp"
#include "kernels/logistic.hpp"
#include "kernels/softmax.hpp"

namespace mpilogit::statistics {

namespace {

kernels::SoftmaxShape softmax(const ScoreShape& shape) {
  return {shape.columns, shape.reference_class};
}

// log σ(z), ≤ 0.
double log_sigmoid(double margin) {
  return -kernels::row_loss(margin, 1, 1.0).loss;
}

// σ(z_k) / Σ_l σ(z_l) as e^(a_k − a) / Σ_l e^(a_l − a), a_k = log σ(z_k) and a the largest: where
// all σ are 0 in doubles, their ratios still count.
double largest_log_sigmoid(std::span<const double> margins) {
  return log_sigmoid(*std::max_element(margins.begin(), margins.end()));
}

double relative_sigmoid(double margin, double largest) {
  return kernels::exp_of_minus(largest - log_sigmoid(margin));
}

void one_vs_rest_row(std::span<const double> margins, std::span<double> probabilities) {
  const double largest = largest_log_sigmoid(margins);
  double sum = 0.0;
  for (std::size_t k = 0; k < margins.size(); ++k) {
    probabilities[k] = relative_sigmoid(margins[k], largest);
    sum += probabilities[k];
  }
  for (double& probability : probabilities) probability /= sum;
}

double one_vs_rest_log_loss(std::span<const double> margins, std::uint32_t label) {
  const double largest = largest_log_sigmoid(margins);
  double sum = 0.0;
  for (const double margin : margins) sum += relative_sigmoid(margin, largest);
  return kernels::log_of(sum) + (largest - log_sigmoid(margins[label]));
}

// With a reference class p_0 is what the others leave, computed as if it had a column of zeros.
void softmax_rows(const ScoreShape& shape, std::span<const double> margins,
                  std::span<double> probabilities) {
  if (!shape.reference_class) {
    return kernels::softmax_probabilities(softmax(shape), margins, probabilities);
  }
  const std::size_t classes = shape.classes();
  const std::size_t rows = margins.size() / shape.columns;
  for (std::size_t i = 0; i < rows; ++i) {
    probabilities[i * classes] = 0.0;
    std::copy_n(margins.begin() + static_cast<std::ptrdiff_t>(i * shape.columns), shape.columns,
                probabilities.begin() + static_cast<std::ptrdiff_t>(i * classes + 1));
  }
  kernels::softmax_probabilities({classes, false}, probabilities, probabilities);
}

}  // namespace

void class_probabilities(const ScoreShape& shape, std::span<const double> margins,
                         std::span<double> probabilities) {
  if (shape.link == Link::softmax) return softmax_rows(shape, margins, probabilities);
  const std::size_t rows = margins.size() / shape.columns;
  for (std::size_t i = 0; i < rows; ++i) {
    if (shape.link == Link::one_vs_rest) {
      one_vs_rest_row(margins.subspan(i * shape.columns, shape.columns),
                      probabilities.subspan(i * shape.columns, shape.columns));
    } else {
      probabilities[2 * i] = kernels::sigmoid(-margins[i]);
      probabilities[2 * i + 1] = kernels::sigmoid(margins[i]);
    }
  }
}

std::vector<double> event_probabilities(const ScoreShape& shape, std::span<const double> margins) {
  const std::size_t rows = margins.size() / shape.columns;
  std::vector<double> events(rows * shape.event_columns());
  if (shape.link == Link::logistic) {
    std::transform(margins.begin(), margins.end(), events.begin(), kernels::sigmoid);
  } else {
    class_probabilities(shape, margins, events);
  }
  return events;
}

double squared_error(std::span<const double> events, std::uint32_t label) {
  if (events.size() == 1) {
    const double error = events.front() - static_cast<double>(label);
    return error * error;
  }
  double sum = 0.0;
  for (std::size_t k = 0; k < events.size(); ++k) {
    const double error = events[k] - (k == label ? 1.0 : 0.0);
    sum += error * error;
  }
  return sum;
}

std::uint32_t predicted_class(const ScoreShape& shape, std::span<const double> margins) {
  const auto largest = std::max_element(margins.begin(), margins.end());
  const auto column = static_cast<std::uint32_t>(largest - margins.begin());
  const bool zero_class = shape.link == Link::logistic || shape.reference_class;
  if (!zero_class) return column;
  return *largest > 0.0 ? column + 1 : 0;
}

void log_losses(const ScoreShape& shape, std::span<const double> margins,
                std::span<const std::uint32_t> labels, std::span<double> losses) {
  std::vector<double> residuals(shape.columns);  // which nobody asked for
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = margins.subspan(i * shape.columns, shape.columns);
    if (shape.link == Link::logistic) {
      losses[i] = kernels::row_loss(row[0], static_cast<std::uint8_t>(labels[i]), 1.0).loss;
    } else if (shape.link == Link::one_vs_rest) {
      losses[i] = one_vs_rest_log_loss(row, labels[i]);
    } else {
      kernels::LaneSum loss;
      kernels::softmax_losses_and_residuals(softmax(shape), row, labels.subspan(i, 1), {},
                                            residuals, loss);
      losses[i] = loss.total();
    }
  }
}

}  // namespace mpilogit::statistics
