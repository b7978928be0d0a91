#pragma once
// From margins to probabilities and predicted classes.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mpilogit::statistics {

enum class Link { logistic, softmax, one_vs_rest };

/// What a row's margins mean. Margins are rows × columns, row-major.
struct ScoreShape {
  Link link = Link::logistic;
  std::size_t columns = 1;       ///< 1 for logistic
  bool reference_class = false;  ///< softmax: class 0 has the margin 0 and no column

  std::size_t classes() const {
    return link == Link::logistic ? 2 : columns + (reference_class ? 1 : 0);
  }

  /// Of `event_probabilities`: of two classes one says all.
  std::size_t event_columns() const { return link == Link::logistic ? 1 : classes(); }
};

/// probabilities[i, k] = P(y_i = class k), rows × classes:
///   logistic     1 − σ(z), σ(z)
///   softmax      e^(z_k) / Σ_l e^(z_l)
///   one-vs-rest  σ(z_k) / Σ_l σ(z_l), as scikit-learn's OneVsRestClassifier
void class_probabilities(const ScoreShape& shape, std::span<const double> margins,
                         std::span<double> probabilities);

/// rows × shape.event_columns(): P(y = 1) of a logistic model, else all classes'.
std::vector<double> event_probabilities(const ScoreShape& shape, std::span<const double> margins);

/// (P(y = 1) − y)² of a logistic model, else Σ_k (p_k − [y = k])²; `events`: of one row, as above.
double squared_error(std::span<const double> events, std::uint32_t label);

/// The class with the largest margin (logistic: 1 if the margin is > 0), of equal ones the first.
/// `margins`: of one row.
std::uint32_t predicted_class(const ScoreShape& shape, std::span<const double> margins);

/// losses[i] = −log P(y_i = labels[i]), from the margins, so that it keeps its tail.
void log_losses(const ScoreShape& shape, std::span<const double> margins,
                std::span<const std::uint32_t> labels, std::span<double> losses);

}  // namespace mpilogit::statistics
