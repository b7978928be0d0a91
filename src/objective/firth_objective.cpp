#include "objective/firth_objective.hpp"

#include <utility>
#include <vector>

#include "core/error.hpp"
#include "objective/point/firth_point.hpp"
#include "objective/point/problem.hpp"
#include "solvers/cholesky.hpp"

namespace mpilogit::objective {

namespace {

// F along a segment, a whole point for each sample: log |I| has no shortcut.
class FirthLine final : public solvers::Line {
 public:
  FirthLine(const FirthObjective& objective, const solvers::Point& from, const solvers::Point& to)
      : objective_(objective),
        from_(from.coefficients().begin(), from.coefficients().end()),
        step_(to.coefficients().begin(), to.coefficients().end()) {
    for (std::size_t j = 0; j < step_.size(); ++j) step_[j] -= from_[j];
  }

  Sample at(double t) const override {
    std::vector<double> coefficients = from_;
    for (std::size_t j = 0; j < step_.size(); ++j) coefficients[j] += t * step_[j];
    const auto point = objective_.evaluate(coefficients);
    double slope = 0.0;
    for (std::size_t j = 0; j < step_.size(); ++j) slope += point->gradient()[j] * step_[j];
    return {point->value(), slope};
  }

 private:
  const FirthObjective& objective_;
  std::vector<double> from_;
  std::vector<double> step_;
};

void exclude(LogisticObjective& logistic, std::span<const std::size_t> columns) {
  RidgePenalty penalty = logistic.problem().penalty;
  penalty.excluded.assign(logistic.problem().features(), 0);
  for (const std::size_t j : columns) penalty.excluded[j] = 1;
  logistic.change_penalty(std::move(penalty));
}

}  // namespace

FirthObjective::FirthObjective(LogisticObjective& logistic, std::span<const std::size_t> left_out)
    : logistic_(logistic) {
  const Problem& problem = logistic.problem();
  if (problem.columns() != 1) throw core::internal_failure("Firth's penalty is for two classes");
  exclude(logistic, left_out);
  const std::vector<double> zeros(problem.likelihood->rows(), 0.0);  // c_i = s_i / 4
  const solvers::Cholesky factor(information(problem, zeros), problem.features());
  largest_log_determinant_ = factor.log_determinant();
  left_out_ = factor.aliased();
  exclude(logistic, left_out_);
}

std::unique_ptr<solvers::Point> FirthObjective::evaluate(
    std::span<const double> coefficients) const {
  return std::make_unique<FirthPoint>(logistic_.problem(), coefficients, largest_log_determinant_,
                                      left_out_.size());
}

std::unique_ptr<solvers::Line> FirthObjective::between(const solvers::Point& from,
                                                       const solvers::Point& to) const {
  return std::make_unique<FirthLine>(*this, from, to);
}

FirthObjective::Parts FirthObjective::parts(std::span<const double> coefficients) const {
  const FirthPoint point(logistic_.problem(), coefficients, largest_log_determinant_,
                         left_out_.size());
  return {point.log_loss(), point.log_determinant()};
}

}  // namespace mpilogit::objective
