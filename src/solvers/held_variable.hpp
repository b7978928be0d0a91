#pragma once
// The same function with one variable held where it is.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "solvers/objective.hpp"

namespace mpilogit::solvers {

/// F over all variables but one, which has no gradient and no curvature here, so that solvers leave
/// it where they start: what profiles are made of. For objectives without a common direction of the
/// classes. `inner` must outlive this object.
class HeldVariable final : public Objective {
 public:
  HeldVariable(const Objective& inner, std::size_t variable) : inner_(inner), variable_(variable) {}

  std::size_t dimension() const override { return inner_.dimension(); }
  std::unique_ptr<Point> evaluate(std::span<const double> coefficients) const override;
  std::unique_ptr<Line> between(const Point& from, const Point& to) const override;
  HessianMatrixKind hessian_matrix_kind() const override { return inner_.hessian_matrix_kind(); }
  double hessian_matrix_error() const override { return inner_.hessian_matrix_error(); }
  bool hessian_complete() const override { return inner_.hessian_complete(); }
  double hessian_matrix_passes() const override { return inner_.hessian_matrix_passes(); }
  std::size_t classes() const override { return inner_.classes(); }
  std::span<const double> common_curvature() const override { return inner_.common_curvature(); }
  std::span<const double> largest_curvature() const override { return inner_.largest_curvature(); }
  PenaltyShape penalty_shape() const override { return {{}, inner_.penalty_shape().largest}; }
  bool hessian_affordable(std::span<const std::size_t> variables) const override {
    return inner_.hessian_affordable(variables);
  }
  std::int64_t data_rows() const override { return inner_.data_rows(); }
  std::int64_t data_passes() const override { return inner_.data_passes(); }
  void visit_passes(core::Archive& archive) const override { inner_.visit_passes(archive); }

 private:
  const Objective& inner_;
  std::size_t variable_;
};

}  // namespace mpilogit::solvers
