#include "cli/tables/coefficient_table.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/tables/texts.hpp"

namespace mpilogit::cli {

namespace {

constexpr std::size_t kWidestName = 44;

double coefficient(const model::Model& model, std::int64_t row, std::int64_t feature) {
  return model.coefficients[static_cast<std::size_t>(row * model.features + feature)];
}

// By the largest magnitude over the classes.
std::vector<std::int64_t> chosen_features(const model::Model& model,
                                          std::optional<std::size_t> top) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(model.features));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  if (!top) return order;
  const auto magnitude = [&](std::int64_t j) {
    double largest = 0.0;
    for (std::int64_t r = 0; r < model.rows(); ++r) {
      largest = std::max(largest, std::fabs(coefficient(model, r, j)));
    }
    return largest;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return magnitude(a) > magnitude(b); });
  order.resize(std::min(*top, order.size()));
  return order;
}

std::string odds_ratio(double coefficient) {
  const double ratio = std::exp(coefficient);
  return std::isnormal(ratio) ? fmt::format("{:.5g}", ratio) : power_text(coefficient, 4);
}

// Coefficient and odds ratio.
std::string two_class_table(const model::Model& model, const std::vector<std::int64_t>& features,
                            std::size_t width) {
  std::string text;
  const auto line = [&](const std::string& name, const std::string& value,
                        const std::string& odds) {
    text += fmt::format("{}  {:>14}  {:>12}\n", left_aligned(name, width), value, odds);
  };
  line("", "coefficient", "odds ratio");
  line("(intercept)", fmt::format("{:.6g}", model.intercept.front()), "");
  for (const auto j : features) {
    const double value = coefficient(model, 0, j);
    line(model.feature_name(j), fmt::format("{:.6g}", value), odds_ratio(value));
  }
  return text;
}

// A column for each class.
std::string class_table(const model::Model& model, const std::vector<std::int64_t>& features,
                        std::size_t width) {
  constexpr std::size_t kColumn = 12;
  std::string text = left_aligned("", width);
  for (std::int64_t r = 0; r < model.rows(); ++r) {
    text += "  " + right_aligned(model.classes.name(model.row_class(r)), kColumn);
  }
  text += "\n" + left_aligned("(intercept)", width);
  for (const double value : model.intercept) text += fmt::format("  {:>12.6g}", value);
  text += "\n";
  for (const auto j : features) {
    text += left_aligned(model.feature_name(j), width);
    for (std::int64_t r = 0; r < model.rows(); ++r) {
      text += fmt::format("  {:>12.6g}", coefficient(model, r, j));
    }
    text += "\n";
  }
  return text;
}

}  // namespace

std::string coefficient_table(const model::Model& model, std::optional<std::size_t> top) {
  const std::vector<std::int64_t> features = chosen_features(model, top);
  std::size_t width = std::string("(intercept)").size();
  for (const auto j : features) width = std::max(width, width_of(model.feature_name(j)));
  width = std::min(width, kWidestName);
  std::string text = model.rows() == 1 ? two_class_table(model, features, width)
                                       : class_table(model, features, width);
  if (static_cast<std::int64_t>(features.size()) < model.features) {
    text += fmt::format("({} of {} features)\n", features.size(), model.features);
  }
  return text + centre_lines(model);
}

std::string centre_lines(const model::Model& model) {
  constexpr std::size_t kMost = 10;
  if (model.centre.empty()) return "";
  std::vector<std::pair<std::string, double>> far;
  for (std::size_t j = 0; j < model.centre.size(); ++j) {
    if (model.centre[j] == 0.0) continue;
    const auto& names = model.data_feature_names;
    far.emplace_back(names.empty() ? fmt::format("column {}", j) : names[j], model.centre[j]);
  }
  std::string text = "\nat the centre of what is far from zero:\n";
  std::size_t width = std::string("(intercept)").size();
  const std::size_t shown = std::min(kMost, far.size());
  for (std::size_t n = 0; n < shown; ++n) width = std::max(width, width_of(far[n].first));
  width = std::min(width, kWidestName);
  text += left_aligned("(intercept)", width);
  for (const double value : model.intercept_at_centre) text += fmt::format("  {:>12.6g}", value);
  text += "\n";
  for (std::size_t n = 0; n < shown; ++n) {
    text += left_aligned(far[n].first, width) + fmt::format("  {:>12}\n", far[n].second);
  }
  if (shown < far.size()) text += fmt::format("({} of {} features)\n", shown, far.size());
  return text;
}

}  // namespace mpilogit::cli
