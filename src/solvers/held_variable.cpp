#include "solvers/held_variable.hpp"

#include <algorithm>
#include <utility>

namespace mpilogit::solvers {

namespace {

void clear(SymmetricMatrix& matrix, std::size_t variable) {
  for (std::size_t j = 0; j < matrix.dimension; ++j) {
    const auto [low, high] = std::minmax(j, variable);
    matrix(high, low) = 0.0;
  }
}

class HeldPoint final : public Point {
 public:
  HeldPoint(std::unique_ptr<Point> inner, std::size_t variable, std::size_t classes)
      : inner_(std::move(inner)), variable_(variable), classes_(classes) {
    gradient_.assign(inner_->gradient().begin(), inner_->gradient().end());
    gradient_[variable_] = 0.0;
  }

  const Point& inner() const { return *inner_; }

  std::span<const double> coefficients() const override { return inner_->coefficients(); }
  double value() const override { return inner_->value(); }
  std::span<const double> gradient() const override { return gradient_; }

  void hessian_vector(std::span<const double> direction, std::span<double> product) const override {
    std::vector<double> moving(direction.begin(), direction.end());
    moving[variable_] = 0.0;
    inner_->hessian_vector(moving, product);
    product[variable_] = 0.0;
  }

  void hessian_diagonal(std::span<double> diagonal) const override {
    inner_->hessian_diagonal(diagonal);
    diagonal[variable_] = 0.0;
  }

  void rough_hessian_diagonal(std::span<double> diagonal) const override {
    inner_->rough_hessian_diagonal(diagonal);
    diagonal[variable_] = 0.0;
  }

  SymmetricMatrix hessian_matrix() const override {
    SymmetricMatrix matrix = inner_->hessian_matrix();
    clear(matrix, variable_);
    return matrix;
  }

  std::vector<SymmetricMatrix> hessian_blocks() const override {
    std::vector<SymmetricMatrix> blocks = inner_->hessian_blocks();
    clear(blocks[variable_ % classes_], variable_ / classes_);
    return blocks;
  }

  SymmetricMatrix hessian_matrix(std::span<const std::size_t> variables) const override {
    SymmetricMatrix matrix = inner_->hessian_matrix(variables);
    const auto place = std::lower_bound(variables.begin(), variables.end(), variable_);
    if (place != variables.end() && *place == variable_) {
      clear(matrix, static_cast<std::size_t>(place - variables.begin()));
    }
    return matrix;
  }

 private:
  std::unique_ptr<Point> inner_;
  std::size_t variable_;
  std::size_t classes_;
  std::vector<double> gradient_;
};

}  // namespace

std::unique_ptr<Point> HeldVariable::evaluate(std::span<const double> coefficients) const {
  return std::make_unique<HeldPoint>(inner_.evaluate(coefficients), variable_, classes());
}

std::unique_ptr<Line> HeldVariable::between(const Point& from, const Point& to) const {
  return inner_.between(dynamic_cast<const HeldPoint&>(from).inner(),
                        dynamic_cast<const HeldPoint&>(to).inner());
}

}  // namespace mpilogit::solvers
