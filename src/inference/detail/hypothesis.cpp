#include "inference/detail/hypothesis.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "inference/detail/hypothesis_parser.hpp"
#include "statistics/wald_test.hpp"

namespace mpilogit::inference {

namespace {

// From names to places in the covariance's order: for each row the intercept, then the features.
class Resolver {
 public:
  Resolver(const model::Model& model, const std::string& text) : model_(model), text_(text) {}

  CoefficientPlace place(const CoefficientName& name) const {
    return {row_of(name), name.intercept ? -1 : feature_of(name)};
  }

  std::size_t index(const CoefficientName& name) const {
    const auto [row, feature] = place(name);
    if (model_.inference) require_estimated(name, row, feature);
    return static_cast<std::size_t>(row * (model_.features + 1) + 1 + feature);
  }

 private:
  std::int64_t feature_of(const CoefficientName& name) const {
    std::int64_t found = -1;
    for (std::int64_t j = 0; j < model_.features; ++j) {
      if (model_.feature_name(j) != name.feature) continue;
      if (found >= 0) {
        refuse(name, "is the name of two features", "it must be one", "");
      }
      found = j;
    }
    if (found >= 0) return found;
    refuse(name, fmt::format("begins with '{}', which is no feature of the model", name.feature),
           fmt::format("its first is '{}'", model_.feature_name(0)),
           "Names with other characters than letters, digits and _ . : ^ stand in 'quotes'");
  }

  std::int64_t row_of(const CoefficientName& name) const {
    if (model_.rows() == 1) {
      if (!name.of_class) return 0;
      refuse(name, "names a class", "the coefficients of two classes belong to none",
             "Leave the brackets away");
    }
    std::string classes;
    for (std::int64_t r = 0; r < model_.rows(); ++r) {
      const std::string known = model_.classes.name(model_.row_class(r));
      if (name.of_class == known) return r;
      classes += (r == 0 ? "[" : ", [") + known + "]";
    }
    refuse(name,
           name.of_class ? fmt::format("names '{}', which has no coefficients", *name.of_class)
                         : "names no class",
           "every class has coefficients of its own", "There are " + classes);
  }

  void require_estimated(const CoefficientName& name, std::int64_t row,
                         std::int64_t feature) const {
    const model::Inference& inference = *model_.inference;
    const auto place =
        static_cast<std::size_t>(feature < 0 ? row : row * model_.features + feature);
    const auto status = feature < 0 ? inference.intercept_status[place] : inference.status[place];
    const char* why = "";
    switch (status) {
      case model::CoefficientStatus::estimated:
        return;
      case model::CoefficientStatus::aliased:
        why = "its column is constant or a combination of others";
        break;
      case model::CoefficientStatus::separated:
        why = "it separates classes and has no finite value";
        break;
      case model::CoefficientStatus::fixed:
        why = "it is at a bound, left out, or zero under the L1 penalty";
        break;
    }
    refuse(name, "begins with a coefficient that was not estimated", why,
           "Leave it out of the hypothesis");
  }

  [[noreturn]] void refuse(const CoefficientName& name, const std::string& what,
                           const std::string& why, const std::string& remedy) const {
    refuse_hypothesis(text_, name.place, what, why, remedy);
  }

  const model::Model& model_;
  const std::string& text_;
};

void add_term(statistics::LinearHypothesis& hypothesis, std::size_t index, double factor) {
  for (auto& term : hypothesis.terms) {
    if (term.index != index) continue;
    term.factor += factor;
    return;
  }
  hypothesis.terms.push_back({index, factor});
}

statistics::LinearHypothesis resolve(const Equation& equation, const Resolver& resolver,
                                     const std::string& text) {
  statistics::LinearHypothesis hypothesis;
  hypothesis.text = equation.text;
  for (const auto& summand : equation.summands) {
    if (summand.name) {
      add_term(hypothesis, resolver.index(*summand.name), summand.factor);
    } else {
      hypothesis.value -= summand.factor;
    }
  }
  std::erase_if(hypothesis.terms, [](const auto& term) { return term.factor == 0.0; });
  if (hypothesis.terms.empty()) {
    refuse_hypothesis(text, equation.place, "says nothing about any coefficient",
                      "its factors are all 0", {});
  }
  return hypothesis;
}

std::vector<double> estimates(const model::Model& model) {
  std::vector<double> values;
  for (std::size_t r = 0; r < model.intercept.size(); ++r) {
    const auto first = model.coefficients.begin() + static_cast<std::ptrdiff_t>(r) * model.features;
    values.push_back(model.intercept[r]);
    values.insert(values.end(), first, first + model.features);
  }
  return values;
}

}  // namespace

std::vector<model::HypothesisTest> test_hypotheses(const model::Model& model,
                                                   std::span<const double> covariance,
                                                   const std::string& text) {
  const Resolver resolver(model, text);
  const std::vector<double> values = estimates(model);
  std::vector<model::HypothesisTest> tests;
  for (const auto& parsed : parse_hypotheses(text)) {
    std::vector<statistics::LinearHypothesis> hypotheses;
    for (const auto& equation : parsed.equations) {
      hypotheses.push_back(resolve(equation, resolver, text));
    }
    const auto test = statistics::wald_test(hypotheses, values, covariance);
    tests.push_back({parsed.text, {test.statistic, test.degrees, test.log_p}});
  }
  return tests;
}

std::vector<CoefficientPlace> named_coefficients(const model::Model& model,
                                                 const std::string& names) {
  const Resolver resolver(model, names);
  std::vector<CoefficientPlace> places;
  for (const auto& name : parse_names(names)) places.push_back(resolver.place(name));
  return places;
}

void require_known(const model::Model& model, const std::string& text) {
  const Resolver resolver(model, text);
  for (const auto& parsed : parse_hypotheses(text)) {
    for (const auto& equation : parsed.equations) resolve(equation, resolver, text);
  }
}

}  // namespace mpilogit::inference
