#include "model/mapping.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "core/error.hpp"
#include "model/centre.hpp"

namespace mpilogit::model {

namespace {

core::Error unusable(const std::string& path, const std::string& what, const std::string& why,
                     const std::string& remedy) {
  return core::agreed_bad_input({.what = what, .where = path, .why = why, .remedy = remedy});
}

// true and 1 are the same class, "1" is another.
bool same_classes(const data::ClassSet& left, const data::ClassSet& right) {
  return left.numbers == right.numbers && left.texts == right.texts;
}

// Where each feature of the problem stands in the model; none: the model does not know it.
using Places = std::vector<std::optional<std::int64_t>>;

Places by_position(std::int64_t features) {
  Places places;
  for (std::int64_t j = 0; j < features; ++j) places.emplace_back(j);
  return places;
}

Places by_name(const Model& from, const std::vector<std::string>& names, const std::string& path) {
  std::unordered_map<std::string, std::int64_t> known;
  for (std::int64_t j = 0; j < from.features; ++j) {
    const std::string& name = from.feature_names[static_cast<std::size_t>(j)];
    if (!known.emplace(name, j).second) {
      throw unusable(path, "has two features '" + name + "'", "features are matched by name",
                     "Give a model whose features have different names");
    }
  }
  Places places;
  bool any = false;
  std::unordered_set<std::string> seen;
  for (const auto& name : names) {
    const auto found = known.find(name);
    any = any || found != known.end();
    if (found != known.end() && !seen.insert(name).second) {
      throw unusable(path,
                     "does not know which of two features '" + name + "' of the data is meant",
                     "features are matched by name", "Give the data's features different names");
    }
    places.push_back(found == known.end() ? std::nullopt : std::optional(found->second));
  }
  if (any) return places;
  throw unusable(path, "knows none of the features",
                 "features are matched by name; its first is '" + from.feature_names.front() +
                     "', that of the data is '" + names.front() + "'",
                 "Give a model of such data");
}

Places match_features(const Model& from, const std::vector<std::string>& names,
                      std::int64_t features, const std::string& path) {
  if (!names.empty() && names == from.feature_names) return by_position(features);
  if (!names.empty() && !from.feature_names.empty()) return by_name(from, names, path);
  if (names.empty() && from.feature_names.empty() && features == from.features) {
    return by_position(features);
  }
  throw unusable(path,
                 fmt::format("has {} features {} names, the data has {} {}", from.features,
                             from.feature_names.empty() ? "without" : "with", features,
                             names.empty() ? "without" : "with"),
                 "features are matched by name, or by position if neither has names",
                 "Give both feature_names");
}

// Of a problem whose products have names though its data has none.
std::vector<std::string> base_names(std::vector<std::string> data_names,
                                    const std::vector<std::string>& feature_names,
                                    std::size_t data_features) {
  if (!data_names.empty() || feature_names.empty()) return data_names;
  if (feature_names.size() == data_features) return feature_names;
  for (std::size_t j = 0; j < data_features; ++j) data_names.push_back("x" + std::to_string(j));
  return data_names;
}

// The model's features less the problem's centre: c_j − c'_j, and 0 for what is dropped.
std::vector<double> moves(const Model& from, const std::vector<std::string>& feature_names,
                          const TargetCentre& target) {
  const auto count = static_cast<std::size_t>(from.data_features());
  std::vector<double> result(count, 0.0);
  if (from.centre.empty() && target.centre.empty()) return result;
  const auto own = base_names(from.data_feature_names, from.feature_names, count);
  // Where there is no centre, nobody says how many data features there are: all names are there.
  const auto theirs =
      base_names(target.data_feature_names, feature_names,
                 target.centre.empty() ? feature_names.size() : target.centre.size());
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t t = 0; t < theirs.size(); ++t) places.emplace(theirs[t], t);
  for (std::size_t j = 0; j < count; ++j) {
    std::size_t place = j;
    if (!own.empty() && own != theirs) {
      const auto found = places.find(own[j]);
      if (found == places.end()) continue;
      place = found->second;
    }
    result[j] = (from.centre.empty() ? 0.0 : from.centre[j]) -
                (target.centre.empty() ? 0.0 : target.centre[place]);
  }
  return result;
}

// The model in terms of x − c', c' the problem's centre.
LinearForms moved(const Model& from, const std::vector<std::string>& feature_names,
                  const TargetCentre& target) {
  const CentredForms forms = centred_forms(from);
  const std::vector<double> by = moves(from, feature_names, target);
  const bool stays = std::all_of(by.begin(), by.end(), [](double move) { return move == 0.0; });
  return raw_from_centred(from.expansion, stays ? std::span<const double>() : by,
                          forms.coefficients, forms.intercept);
}

// One value per class or column from the model's rows (`values`: model.rows() of them).
std::vector<double> to_columns(const Model& from, std::vector<double> values, std::size_t columns,
                               bool reference_class) {
  if (values.size() == columns) return values;
  if (reference_class) {
    for (std::size_t k = 1; k < values.size(); ++k) values[k] -= values[0];
    values.erase(values.begin());
    return values;
  }
  // Class 0 stands at 0. Softmax does not change when all classes move by the same amount: of these
  // the one that sums to 0 is what a penalty on all of them chooses.
  values.insert(values.begin(), 0.0);
  double sum = 0.0;
  for (const double value : values) sum += value;
  const double mean = sum / static_cast<double>(from.classes.size());
  for (double& value : values) value -= mean;
  return values;
}

}  // namespace

// Cost: O(features × columns).
std::vector<double> coefficients_for(const Model& from, const data::ClassSet& classes,
                                     const std::vector<std::string>& feature_names,
                                     std::int64_t features, std::size_t columns,
                                     bool reference_class, const std::string& from_path,
                                     const TargetCentre& target) {
  if (!same_classes(from.classes, classes)) {
    throw unusable(from_path, "has other classes than the data",
                   fmt::format("it has {} ('{}', …), the data {} ('{}', …)", from.classes.size(),
                               from.classes.name(0), classes.size(), classes.name(0)),
                   "Give a model of the same classes");
  }
  const Places places = match_features(from, feature_names, features, from_path);
  const LinearForms forms = moved(from, feature_names, target);
  std::vector<double> result;
  result.reserve((places.size() + 1) * columns);
  const auto append = [&](std::vector<double> of_rows) {
    const auto values = to_columns(from, std::move(of_rows), columns, reference_class);
    result.insert(result.end(), values.begin(), values.end());
  };
  const auto rows = static_cast<std::size_t>(from.rows());
  for (const auto& place : places) {
    std::vector<double> of_rows(rows, 0.0);
    for (std::size_t r = 0; place && r < rows; ++r) {
      of_rows[r] = forms.coefficients[r * static_cast<std::size_t>(from.features) +
                                      static_cast<std::size_t>(*place)];
    }
    append(std::move(of_rows));
  }
  append(forms.intercept);
  return result;
}

}  // namespace mpilogit::model
