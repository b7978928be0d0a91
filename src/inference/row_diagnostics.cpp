#include "inference/row_diagnostics.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "comm/agreement.hpp"
#include "core/wide_sum.hpp"
#include "hdf5/row_file.hpp"
#include "kernels/logistic.hpp"
#include "objective/quadratic_forms.hpp"
#include "solvers/cholesky.hpp"
#include "statistics/row_diagnostics.hpp"

namespace mpilogit::inference {

namespace {

// Local rows.
struct RowDiagnostics {
  explicit RowDiagnostics(std::size_t rows)
      : leverage(rows), pearson(rows), deviance(rows), cook(rows) {}

  std::vector<double> leverage;
  std::vector<double> pearson;
  std::vector<double> deviance;
  std::vector<double> cook;
};

statistics::RowCounts counts_of(const objective::Targets& targets, std::size_t row) {
  const double weight = targets.weights.empty() ? 1.0 : targets.weights[row];
  if (targets.aggregated()) {
    const double successes = targets.success_weight[row];
    return {std::max(0.0, weight - successes), successes};
  }
  return (*targets.labels)[row] == 0 ? statistics::RowCounts{weight, 0.0}
                                     : statistics::RowCounts{0.0, weight};
}

// I + S diag(λ2), over all variables.
solvers::Cholesky penalised_information(const objective::LogisticObjective& objective,
                                        std::span<const double> coefficients) {
  std::vector<std::size_t> all(objective.dimension());
  std::iota(all.begin(), all.end(), std::size_t{0});
  solvers::SymmetricMatrix matrix = objective.evaluate(coefficients)->hessian_matrix(all);
  for (double& element : matrix.triangle) element *= objective.total_weight();
  return {matrix, all.size() - 1};
}

// h_i = c_i x̃_iᵀ (I + S diag(λ2))⁻¹ x̃_i, and the residuals. Cost: as write_diagnostics says.
void fill(const problem::TrainingSet& set, std::span<const double> margins,
          const solvers::Cholesky& information, RowDiagnostics& result) {
  const objective::QuadraticForms forms(set.design, information.inverse_root());
  objective::for_each_block(
      set.dataset, set.rows.blocks, set.rows.threads, [&](const objective::LocalBlock& block, int) {
        forms.of(block, block.of(std::span<double>(result.leverage)));
        for (std::size_t i = block.first; i < block.first + block.rows; ++i) {
          const statistics::RowCounts counts = counts_of(set.targets, i);
          const double curvature = kernels::row_curvature(margins[i], counts.weight());
          result.leverage[i] = std::min(1.0, curvature * result.leverage[i]);
          const statistics::RowResiduals residuals = statistics::row_residuals(margins[i], counts);
          result.pearson[i] = residuals.pearson;
          result.deviance[i] = residuals.deviance;
        }
      });
}

// p: the coefficients that are estimated; under a penalty as many as it leaves, Σ_i h_i.
double parameters(const std::vector<double>& leverage, const solvers::Cholesky& information,
                  const objective::LogisticObjective& objective, bool penalised,
                  const comm::Communicator& communicator) {
  if (!penalised) {
    return static_cast<double>(objective.dimension() - information.aliased().size());
  }
  core::WideSum sum;
  for (const double h : leverage) sum.add(h);
  sum.normalise();
  std::array<std::int64_t, core::WideSum::kLimbs> limbs{};
  std::copy(sum.limbs().begin(), sum.limbs().end(), limbs.begin());
  communicator.sum(limbs);
  return core::WideSum::from_limbs(limbs).value();
}

void write(const std::string& path, const problem::TrainingSet& set, const model::Model& model,
           const RowDiagnostics& result, const comm::Communicator& communicator) {
  const std::int64_t first = set.dataset.local_rows().first;
  const std::array<std::pair<const char*, const std::vector<double>*>, 4> columns = {
      {{"leverage", &result.leverage},
       {"pearson_residual", &result.pearson},
       {"deviance_residual", &result.deviance},
       {"cooks_distance", &result.cook}}};
  hdf5::RowFile target(path, communicator, [&](const hdf5::File& file) {
    hdf5::write_attribute(file, "/", "format", "mpilogit diagnostics");
    hdf5::write_attribute(file, "/", "coefficients_sha256", model::coefficients_sha256(model));
    for (const auto& [name, values] : columns) {
      hdf5::create_rows(file, name, {hdf5::ValueType::float64}, set.dataset.shape().rows);
    }
  });
  comm::together(communicator, [&] {
    for (const auto& [name, values] : columns) {
      target.write(name, first, std::span<const double>(*values));
    }
  });
  target.commit();
}

}  // namespace

void write_diagnostics(const std::string& path, const problem::TrainingSet& set,
                       const objective::LogisticObjective& objective,
                       std::span<const double> coefficients, const model::Model& model) {
  const comm::Communicator& communicator = set.rows.communicator;
  const solvers::Cholesky information = penalised_information(objective, coefficients);
  RowDiagnostics result(static_cast<std::size_t>(set.dataset.local_rows().size()));
  const auto point = objective.evaluate(coefficients);
  fill(set, objective::margins_of(*point), information, result);
  const double count =
      parameters(result.leverage, information, objective, model.l2 > 0.0, communicator);
  for (std::size_t i = 0; i < result.cook.size(); ++i) {
    result.cook[i] = statistics::cooks_distance(result.pearson[i], result.leverage[i], count);
  }
  write(path, set, model, result, communicator);
}

}  // namespace mpilogit::inference
