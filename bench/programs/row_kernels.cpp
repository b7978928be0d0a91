#include "row_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "core/exact_vector_sum.hpp"
#include "kernels/fused_pass.hpp"
#include "kernels/logistic.hpp"
#include "kernels/weighted_gram.hpp"
#include "objective/logistic_objective.hpp"

namespace mpilogit::bench {

namespace {

using objective::LocalBlock;

/// Everything that the passes of one data set stand on, for one number of threads.
struct Training {
  Training(const data::Dataset& dataset, const comm::Communicator& communicator, int threads)
      : design(dataset),
        rows(design, {}, communicator, threads),
        passes(rows),
        objective(
            passes, objective::targets_of(dataset),
            objective::uniform_ridge(1.0 / static_cast<double>(design.rows()), design.features())),
        coefficients(design.features() + 1, 0.0),
        product(coefficients.size()) {
    // Margins of a few units, whatever the columns' units.
    const double size = 2.0 / std::sqrt(static_cast<double>(design.features()));
    for (std::size_t j = 0; j < design.features(); ++j) {
      const double largest = rows.bounds.largest[j];
      const double sign = j % 2 == 0 ? 1.0 : -1.0;
      coefficients[j] = largest > 0.0 ? sign * size / largest : 0.0;
    }
    point = objective.evaluate(coefficients);
  }

  objective::Design design;
  objective::SharedRows rows;
  objective::DirectPasses passes;
  objective::LogisticObjective objective;
  std::vector<double> coefficients;
  std::vector<double> product;
  std::unique_ptr<solvers::Point> point;
};

/// A fused pass over all blocks on one thread, without the objective around it.
class BarePass {
 public:
  explicit BarePass(std::shared_ptr<const Training> training)
      : training_(std::move(training)),
        coefficients_(training_->coefficients.begin(), training_->coefficients.end() - 1),
        sums_(coefficients_.size()),
        total_(coefficients_.size()) {
    training_->design.dataset().labels().visit([&](const auto labels) {
      for (const auto label : labels) labels_.push_back(static_cast<std::uint8_t>(label));
    });
    for (std::size_t j = 0; j < sums_.size(); ++j) {
      scales_.emplace_back(training_->rows.bounds.absolute[j]);
    }
  }

  void with_double_sum() {
    std::fill(total_.begin(), total_.end(), 0.0);
    for_blocks([&] {
      for (std::size_t j = 0; j < sums_.size(); ++j) {
        total_[j] += sums_[j];
        sums_[j] = 0.0;
      }
    });
  }

  void with_fixed_point() {
    core::ExactVectorSum sum(scales_, 0);
    for_blocks([&] { sum.take_vector(sums_); });
    sum.vector(total_);
  }

 private:
  template <class Take>
  void for_blocks(const Take& take_sums) {
    kernels::LaneSum losses;
    for (const LocalBlock& block : training_->rows.blocks) {
      const auto labels = block.of(std::span<const std::uint8_t>(labels_));
      kernels::fused_pass(
          training_->design.dataset().block(block.number), coefficients_, 1,
          [](std::size_t, std::span<double> tile) { std::fill(tile.begin(), tile.end(), 0.0); },
          [&](std::size_t first, std::span<double> tile) {
            kernels::losses_and_residuals(tile, labels.subspan(first, tile.size()), {}, tile,
                                          losses);
          },
          sums_);
      take_sums();
    }
  }

  std::shared_ptr<const Training> training_;
  std::vector<double> coefficients_;
  std::vector<std::uint8_t> labels_;
  std::vector<core::FixedPoint> scales_;
  std::vector<double> sums_;
  std::vector<double> total_;
};

constexpr std::int64_t kWidestGram = 500;
constexpr std::int64_t kGramProducts = 200'000'000;

void add_gram(const data::Dataset& dataset, std::vector<RowKernel>& kernels) {
  const std::int64_t rows = gram_rows(dataset);
  if (rows == 0) return;
  const auto features = static_cast<std::size_t>(dataset.shape().features);
  kernels.push_back(
      {"gram", 1,
       [&dataset, rows, curvatures = std::vector<double>(),
        triangle = std::vector<double>(kernels::triangle_size(features))]() mutable {
         std::int64_t done = 0;
         for (std::int64_t b = 0; done < rows; ++b) {
           const kernels::AnyRows block = dataset.block(b);
           const std::size_t count =
               std::min(kernels::row_count(block), static_cast<std::size_t>(rows - done));
           curvatures.assign(count, 0.25);
           kernels::add_weighted_gram(kernels::rows_of(block, 0, count), curvatures, triangle);
           done += static_cast<std::int64_t>(count);
         }
       }});
}

}  // namespace

std::int64_t gram_rows(const data::Dataset& dataset) {
  const data::Shape& shape = dataset.shape();
  if (shape.sparse || shape.features > kWidestGram) return 0;
  return std::min(shape.rows, kGramProducts / (shape.features * (shape.features + 1) / 2));
}

std::vector<RowKernel> row_kernels(const data::Dataset& dataset,
                                   const comm::Communicator& communicator,
                                   const std::vector<int>& threads) {
  std::vector<RowKernel> kernels;
  std::shared_ptr<Training> training;
  for (const int count : threads) {
    training = std::make_shared<Training>(dataset, communicator, count);
    kernels.push_back(
        {"gradient", count, [training] { training->objective.evaluate(training->coefficients); }});
    kernels.push_back({"hessian-vector", count, [training] {
                         training->point->hessian_vector(training->coefficients, training->product);
                       }});
  }
  const auto bare = std::make_shared<BarePass>(training);
  kernels.push_back({"double sum", 1, [bare] { bare->with_double_sum(); }});
  kernels.push_back({"fixed point", 1, [bare] { bare->with_fixed_point(); }});
  add_gram(dataset, kernels);
  return kernels;
}

}  // namespace mpilogit::bench
