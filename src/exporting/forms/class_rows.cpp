#include "exporting/forms/class_rows.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <fmt/format.h>

#include "core/units.hpp"

namespace mpilogit::exporting {

namespace {

// A whole number, written as we would write it.
std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || last != end) return std::nullopt;
  return std::to_string(value) == text ? std::optional(value) : std::nullopt;
}

// Names of unnamed features, as we write them.
bool are_positions(const std::vector<std::string>& names) {
  for (std::size_t j = 0; j < names.size(); ++j) {
    if (names[j] != "column " + std::to_string(j)) return false;
  }
  return true;
}

void require_finite(const ClassRow& row) {
  const auto finite = [](double value) { return std::isfinite(value); };
  require(finite(row.intercept) &&
              std::all_of(row.coefficients.begin(), row.coefficients.end(), finite),
          "a coefficient is not finite");
}

void require_sound(const ClassRows& table) {
  for (const auto& name : table.classes.texts) {
    require(name.size() <= core::kLongestLabel,
            fmt::format("the name of a class has {} bytes, more than {}", name.size(),
                        core::kLongestLabel));
  }
  const std::size_t classes = table.classes.size();
  require(classes >= 2, fmt::format("it has {} class", classes));
  require(table.rows.size() + (table.reference ? 1 : 0) == classes,
          fmt::format("it has {} classes and the coefficients of {}", classes, table.rows.size()));
  const std::size_t features = table.rows.front().coefficients.size();
  require(features > 0, "it has no features");
  require(table.feature_names.empty() || table.feature_names.size() == features,
          fmt::format("it has {} names for {} features", table.feature_names.size(), features));
  for (const auto& row : table.rows) {
    require(row.coefficients.size() == features, "the classes have different features");
    require_finite(row);
  }
}

template <class Value>
std::vector<std::size_t> ascending(const std::vector<Value>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t left, std::size_t right) { return values[left] < values[right]; });
  for (std::size_t k = 1; k < order.size(); ++k) {
    require(values[order[k - 1]] < values[order[k]], "a class is there twice");
  }
  return order;
}

ClassRow difference(ClassRow left, const ClassRow& right) {
  left.intercept -= right.intercept;
  for (std::size_t j = 0; j < left.coefficients.size(); ++j) {
    left.coefficients[j] -= right.coefficients[j];
  }
  require_finite(left);
  return left;
}

// A row for each class, in ascending order; that of a class that stands at 0 is of zeros.
std::vector<ClassRow> sorted_rows(ClassRows& table, std::vector<std::size_t>& order) {
  const bool text = table.classes.kind == data::LabelKind::text;
  order = text ? ascending(table.classes.texts) : ascending(table.classes.numbers);
  if (table.reference) {
    table.rows.insert(table.rows.begin(),
                      {0.0, std::vector<double>(table.rows.front().coefficients.size(), 0.0)});
  }
  data::ClassSet classes{table.classes.kind, {}, {}};
  std::vector<ClassRow> rows;
  for (const auto k : order) {
    if (text) classes.texts.push_back(table.classes.texts[k]);
    if (!text) classes.numbers.push_back(table.classes.numbers[k]);
    rows.push_back(std::move(table.rows[k]));
  }
  table.classes = std::move(classes);
  return rows;
}

}  // namespace

void require(bool holds, const std::string& what) {
  if (!holds) throw std::invalid_argument(what);
}

data::ClassSet classes_named(const std::vector<std::string>& names) {
  data::ClassSet classes;
  for (const auto& name : names) {
    if (const auto number = whole_number(name)) classes.numbers.push_back(*number);
  }
  if (classes.numbers.size() == names.size()) return classes;
  const auto truth = [](const std::string& name) { return name == "true" || name == "false"; };
  if (std::all_of(names.begin(), names.end(), truth)) {
    classes = {data::LabelKind::boolean, {}, {}};
    for (const auto& name : names) classes.numbers.push_back(name == "true" ? 1 : 0);
    return classes;
  }
  return {data::LabelKind::text, {}, names};
}

model::Model model_of(ClassRows table) {
  require_sound(table);
  std::vector<std::size_t> order;
  std::vector<ClassRow> rows = sorted_rows(table, order);
  model::Model model;
  const bool two = rows.size() == 2;
  require(!table.one_vs_rest || !two, "one-vs-rest is of more than two classes");
  if (two) rows = {difference(std::move(rows[1]), rows[0])};
  // A reference that is not the least class gets a row, as all classes have then.
  if (!two && table.reference && order.front() == 0) rows.erase(rows.begin());
  if (!two) model.objective = table.one_vs_rest ? model::kOneVsRest : model::kSoftmax;
  model.classes = std::move(table.classes);
  model.features = std::ssize(rows.front().coefficients);
  for (const auto& row : rows) {
    model.intercept.push_back(row.intercept);
    model.coefficients.insert(model.coefficients.end(), row.coefficients.begin(),
                              row.coefficients.end());
  }
  if (!are_positions(table.feature_names)) model.feature_names = std::move(table.feature_names);
  model.data_feature_names = model.feature_names;
  model.expansion.features = static_cast<std::size_t>(model.features);
  model.solver = "imported";
  return model;
}

}  // namespace mpilogit::exporting
