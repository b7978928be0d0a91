#include "objective/design.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace mpilogit::objective {

namespace {

// Expanded entries of a piece: 512 KiB of doubles, well inside a second-level cache.
constexpr std::size_t kPieceEntries = 65536;

kernels::PolynomialShape as_they_are(const data::Dataset& dataset) {
  kernels::PolynomialShape shape;
  shape.features = static_cast<std::size_t>(dataset.shape().features);
  return shape;
}

}  // namespace

Design::Design(const data::Dataset& dataset, const kernels::PolynomialShape& expansion)
    : dataset_(dataset),
      expansion_(expansion),
      features_(kernels::expanded_features(expansion)),
      names_(dataset.shape().feature_names) {
  if (expansion_.identity()) return;
  std::vector<std::string> base = std::move(names_);
  for (std::size_t j = base.size(); j < expansion_.features; ++j) {
    base.push_back("x" + std::to_string(j));
  }
  names_.clear();
  for (const auto& monomial : kernels::monomials(expansion_)) {
    names_.push_back(kernels::monomial_name(monomial, base));
  }
}

Design::Design(const data::Dataset& dataset) : Design(dataset, as_they_are(dataset)) {}

void Design::for_rows(const LocalBlock& block, Visitor visitor) const {
  if (block.features == nullptr) throw core::internal_failure("a loop that reads no rows");
  const kernels::AnyRows& rows = *block.features;
  if (expansion_.identity()) {
    visitor(0, rows);
    return;
  }
  kernels::PolynomialBuffer buffer(expansion_);
  const std::size_t piece = std::max<std::size_t>(8, kPieceEntries / features_);
  for (std::size_t first = 0; first < block.rows; first += piece) {
    const std::size_t count = std::min(piece, block.rows - first);
    visitor(first, buffer.expand(rows, first, count));
  }
}

}  // namespace mpilogit::objective
