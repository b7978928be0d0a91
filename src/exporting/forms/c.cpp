// A header in C99, which is C++ too: features or raw columns in, class and probabilities out.

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "exporting/forms/c_encoder.hpp"
#include "exporting/forms/forms.hpp"
#include "exporting/forms/raw_columns.hpp"
#include "exporting/forms/texts.hpp"
#include "model/centre.hpp"

namespace mpilogit::exporting {

namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kHead = R"c(/* @what@, written by @program@.
 * C99 and C++; needs nothing but the standard library (link with -lm).
 *
 *   double features[@name@_feature_count], probabilities[@name@_class_count];
 *   int k = @name@_predict(features, probabilities);
 *   puts(@name@_class_name(k));
 */
#ifndef MPILOGIT_@NAME@_H
#define MPILOGIT_@NAME@_H

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { @name@_feature_count = @features@, @name@_class_count = @classes@ };

)c";

constexpr std::string_view kMargins =
    R"c(/* One per class, whose margin is theirs and the intercept. Private, as all whose names end so. */
static inline const double *@name@_coefficients_(int row) {
  static const double values[@rows@][@width@] = {
@coefficients@
  };
  return values[row];
}

static inline double @name@_intercept_(int row) {
  static const double values[@rows@] = {@intercept@};
  return values[row];
}
@centre@
/* In place: margins become probabilities. Returns the class of the largest margin. */
static inline int @name@_finish_(double *margins) {
  int best = 0;
  int k;
  double largest;
  double sum = 0.0;
  for (k = 1; k < @name@_class_count; ++k) {
    if (margins[k] > margins[best]) best = k;
  }
@log_sigmoid@  largest = margins[best];
  for (k = 0; k < @name@_class_count; ++k) {
    margins[k] = exp(margins[k] - largest);
    sum += margins[k];
  }
  for (k = 0; k < @name@_class_count; ++k) margins[k] /= sum;
  return best;
}

)c";

// Of one-vs-rest; the largest margin has the largest of these, too.
constexpr std::string_view kLogSigmoid = R"c(  for (k = 0; k < @name@_class_count; ++k) {
    const double z = margins[k];
    margins[k] = (z < 0.0 ? z : 0.0) - log1p(exp(-fabs(z)));
  }
)c";

constexpr std::string_view kPlainPredict =
    R"c(/* The number of the class; writes the probabilities of all. */
static inline int @name@_predict(const double *features, double *probabilities) {
  int row;
  int j;
  probabilities[0] = 0.0;
  for (row = 0; row < @rows@; ++row) {
    const double *coefficients = @name@_coefficients_(row);
    double margin = @name@_intercept_(row);
    for (j = 0; j < @name@_feature_count; ++j) margin += coefficients[j] * @feature@;
    probabilities[row + @zeros@] = margin;
  }
  return @name@_finish_(probabilities);
}

/* The same of a row whose other features are 0. */
static inline int @name@_predict_sparse(size_t count, const size_t *columns, const double *values,
                                        double *probabilities) {
  int row;
@declare_far@  size_t n;
  probabilities[0] = 0.0;
  for (row = 0; row < @rows@; ++row) {
    const double *coefficients = @name@_coefficients_(row);
    double margin = @name@_intercept_(row);
@sparse@    probabilities[row + @zeros@] = margin;
  }
  return @name@_finish_(probabilities);
}
)c";

constexpr std::string_view kSparseMargin =
    R"c(    for (n = 0; n < count; ++n) margin += coefficients[columns[n]] * values[n];
)c";

// A feature that is far from zero counts where it is not given, too.
constexpr std::string_view kCentredSparseMargin = R"c(    for (n = 0; n < count; ++n) {
      if (@name@_centre_((int)columns[n]) == 0.0) margin += coefficients[columns[n]] * values[n];
    }
    for (far = 0; far < @far_count@; ++far) {
      const int column = @name@_far_(far);
      double value = 0.0;
      for (n = 0; n < count; ++n) {
        if (columns[n] == (size_t)column) value += values[n];
      }
      margin += coefficients[column] * (value - @name@_centre_(column));
    }
)c";

constexpr std::string_view kCentreOfC = R"c(
/* What is subtracted from a feature first: those far from zero would lose the answer. The
 * coefficients and the intercept are those of the differences. */
static inline double @name@_centre_(int feature) {
  static const double values[@features@] = {
@centres@
  };
  return values[feature];
}
)c";

// Products take no sparse rows.
constexpr std::string_view kFar = R"c(
static inline int @name@_far_(int number) {
  static const int features[@far_count@] = {
@far_features@
  };
  return features[number];
}
)c";

constexpr std::string_view kExpandedPredict =
    R"c(/* Products of `missing` features from number `first` on, each with the next coefficient. */
static inline double @name@_products_(const double *features, int first, int missing, double prefix,
                                      const double **coefficients) {
  double sum = 0.0;
  int j;
  for (j = first; j < @name@_feature_count; ++j) {
    const double product = prefix * @feature@;
    if (missing == 1) {
      sum += *(*coefficients)++ * product;
    } else {
      sum += @name@_products_(features, j + @step@, missing - 1, product, coefficients);
    }
  }
  return sum;
}

/* The number of the class; writes the probabilities of all. */
static inline int @name@_predict(const double *features, double *probabilities) {
  int row;
  int degree;
  probabilities[0] = 0.0;
  for (row = 0; row < @rows@; ++row) {
    const double *coefficients = @name@_coefficients_(row);
    double margin = @name@_intercept_(row);
    for (degree = 1; degree <= @degree@; ++degree) {
      margin += @name@_products_(features, 0, degree, 1.0, &coefficients);
    }
    probabilities[row + @zeros@] = margin;
  }
  return @name@_finish_(probabilities);
}
)c";

template <class Items, class ToText>
std::vector<std::string> texts_of(const Items& items, ToText to_text) {
  std::vector<std::string> texts;
  texts.reserve(items.size());
  for (const auto& item : items) texts.push_back(to_text(item));
  return texts;
}

std::string coefficients_of(const model::Model& model) {
  std::string text;
  const auto numbers = texts_of(model::centred_forms(model).coefficients, number_text);
  for (std::int64_t r = 0; r < model.rows(); ++r) {
    const auto first = numbers.begin() + r * model.features;
    text += (r == 0 ? "    {\n" : ",\n    {\n") +
            listed(std::vector<std::string>(first, first + model.features), "      ") + "\n    }";
  }
  return text;
}

std::string names_function(const std::string& comment, const std::string& signature,
                           const std::string& type, const std::vector<std::string>& items) {
  return fmt::format(
      "/* {} */\nstatic inline {} {} {{\n  static const {}values[] = {{\n{}\n  }};\n"
      "  return values[number];\n}}\n\n",
      comment, type, signature, type == "const char *" ? "char *const " : type + " ",
      listed(items, "    "));
}

std::string names_of(const model::Model& model, const std::string& name) {
  std::string text;
  std::vector<std::string> classes;
  for (std::size_t k = 0; k < model.classes.size(); ++k) {
    classes.push_back(c_text(model.classes.name(k)));
  }
  text += names_function("What a class is called.", name + "_class_name(int number)",
                         "const char *", classes);
  if (model.classes.kind != data::LabelKind::text) {
    // The least number is no literal: it would be the negation of one that is too large.
    text += names_function("The same as a number.", name + "_class_label(int number)", "long long",
                           texts_of(model.classes.numbers, [](std::int64_t label) {
                             return label == INT64_MIN ? "-9223372036854775807LL - 1"
                                                       : fmt::format("{}LL", label);
                           }));
  }
  if (!model.data_feature_names.empty()) {
    text += names_function("What a feature is called.", name + "_feature_name(int number)",
                           "const char *", texts_of(model.data_feature_names, c_text));
  }
  return text;
}

// What differs where features are far from zero.
void add_centre_of_c(const model::Model& model, const std::string& name, Values& values) {
  const bool centred = !model.centre.empty();
  std::vector<std::string> far;
  for (std::size_t j = 0; j < model.centre.size(); ++j) {
    if (model.centre[j] != 0.0) far.push_back(std::to_string(j));
  }
  const bool sparse = centred && !far.empty() && model.expansion.identity();
  const Values of_centre = {{"name", name},
                            {"features", std::to_string(model.data_features())},
                            {"centres", listed(texts_of(model.centre, number_text), "    ")},
                            {"far_count", std::to_string(far.size())},
                            {"far_features", listed(far, "    ")}};
  values.emplace_back("centre", (centred ? filled(kCentreOfC, of_centre) : "") +
                                    (sparse ? filled(kFar, of_centre) : ""));
  values.emplace_back("feature",
                      centred ? "(features[j] - " + name + "_centre_(j))" : "features[j]");
  values.emplace_back("sparse", filled(sparse ? kCentredSparseMargin : kSparseMargin, of_centre));
  values.emplace_back("declare_far", sparse ? "  int far;\n" : "");
}

std::string to_c(const model::Model& model, const ExportOptions& options,
                 const std::string& where) {
  const auto schema = schema_of(model, where);
  const std::string name = identifier(options.name);
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  Values values = {
      {"what", model.classes.size() == 2 ? "A logistic regression" : "A regression of classes"},
      {"program", options.program},
      {"name", name},
      {"NAME", upper},
      {"features", std::to_string(model.data_features())},
      {"width", std::to_string(model.features)},
      {"classes", std::to_string(model.classes.size())},
      {"rows", std::to_string(model.rows())},
      {"zeros", has_zero_class(model) ? "1" : "0"},
      {"degree", std::to_string(model.expansion.degree)},
      {"step", model.expansion.interactions_only ? "1" : "0"},
      {"coefficients", coefficients_of(model)},
      {"intercept", listed(texts_of(model::centred_forms(model).intercept, number_text), "")}};
  add_centre_of_c(model, name, values);
  values.emplace_back("log_sigmoid",
                      model.objective == model::kOneVsRest ? filled(kLogSigmoid, values) : "");
  std::string text = filled(kHead, values) + names_of(model, name) + filled(kMargins, values);
  text += filled(model.expansion.identity() ? kPlainPredict : kExpandedPredict, values);
  if (schema) text += c_encoder(*schema, name);
  return text + "\n#endif\n";
}

bool is_our_c(std::string_view beginning) {
  return is_text_of_ours(beginning, "/* A ");
}

}  // namespace

Form c_form() {
  return {"c", to_c, same_label, is_our_c};
}

}  // namespace mpilogit::exporting
