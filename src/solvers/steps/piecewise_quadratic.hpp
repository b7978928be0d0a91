#pragma once
// The model that proximal Newton minimises: a quadratic with kinks, in a box.

#include <cstddef>
#include <span>
#include <vector>

#include "solvers/cholesky.hpp"
#include "solvers/steps/composite_point.hpp"

namespace mpilogit::solvers {

/// M(x) = gᵀ(x − w) + ½ (x − w)ᵀ H (x − w) + Σ l1_j (|x_j − centre_j| − |w_j − centre_j|) over the
/// box, H positive semidefinite. g and w change from call to call, H stays.
class PiecewiseQuadratic {
 public:
  struct Minimum {
    std::vector<double> x;
    double decrease = 0.0;  ///< −M(x) ≥ 0
    double slope = 0.0;  ///< gᵀ(x − w) + the change of the penalty, < −decrease unless x = w
    bool exact = false;  ///< the conditions of a minimum hold up to rounding, but for slopes …
    double left_out =
        0.0;  ///< what directions that the last factorisation left out may have to give
    bool doubtful = false;            ///< a factorisation left something out, or nearly did
    std::vector<double> slopes_left;  ///< … without curvature in H, and rounding
  };

  /// Variables from `intercepts` on are eliminated first (see Cholesky). `rounding`: of the
  /// gradient, or empty.
  PiecewiseQuadratic(const SymmetricMatrix& hessian, std::vector<Kink> kinks,
                     std::size_t intercepts, std::vector<double> rounding = {});

  /// From x = w, by turns: the minimum on the face (the variables that do not rest on a kink or a
  /// bound, as far as their signs stay) by a factorisation, then sweeps of coordinate descent that
  /// release what wants to leave its kink. Each face is solved at most once at its minimum, so that
  /// it ends; at the latest after `most_factorisations`. Cost: n²/2 products per change of a
  /// variable, and the factorisations.
  Minimum minimise(std::span<const double> w, std::span<const double> gradient,
                   int most_factorisations) const;

  std::size_t size() const { return kinks_.size(); }
  const Kink& kink(std::size_t j) const { return kinks_[j]; }
  std::span<const double> row(std::size_t j) const {
    return std::span(square_).subspan(j * size(), size());
  }
  std::size_t intercepts() const { return intercepts_; }
  std::span<const double> rounding() const { return rounding_; }

 private:
  std::vector<Kink> kinks_;
  std::size_t intercepts_;
  std::vector<double> rounding_;
  std::vector<double> square_;  // H by rows: every column is wanted in one piece
};

}  // namespace mpilogit::solvers
