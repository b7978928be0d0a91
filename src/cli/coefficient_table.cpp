#include "coefficient_table.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <fmt/format.h>

namespace mpilogit::cli {

namespace {

constexpr std::size_t kWidestName = 44;

// Code points, not bytes: names may be UTF-8.
std::size_t width_of(const std::string& name) {
  return static_cast<std::size_t>(std::count_if(name.begin(), name.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::vector<std::int64_t> chosen_features(const model::Model& model,
                                          std::optional<std::size_t> top) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(model.features));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  if (!top) return order;
  const auto magnitude = [&](std::int64_t j) {
    return std::fabs(model.coefficients[static_cast<std::size_t>(j)]);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return magnitude(a) > magnitude(b); });
  order.resize(std::min(*top, order.size()));
  return order;
}

}  // namespace

std::string coefficient_table(const model::Model& model, std::optional<std::size_t> top) {
  const std::vector<std::int64_t> features = chosen_features(model, top);
  std::size_t width = std::string("(intercept)").size();
  for (const auto j : features) width = std::max(width, width_of(model.feature_name(j)));
  width = std::min(width, kWidestName);

  std::string text;
  const auto line = [&](const std::string& name, const std::string& coefficient,
                        const std::string& odds) {
    const std::size_t padding = width - std::min(width, width_of(name));
    text +=
        fmt::format("{}{}  {:>14}  {:>12}\n", name, std::string(padding, ' '), coefficient, odds);
  };
  line("", "coefficient", "odds ratio");
  line("(intercept)", fmt::format("{:.6g}", model.intercept.front()), "");
  for (const auto j : features) {
    const double value = model.coefficients[static_cast<std::size_t>(j)];
    line(model.feature_name(j), fmt::format("{:.6g}", value),
         fmt::format("{:.5g}", std::exp(value)));
  }
  if (features.size() < model.coefficients.size()) {
    text += fmt::format("({} of {} features)\n", features.size(), model.coefficients.size());
  }
  return text;
}

}  // namespace mpilogit::cli
