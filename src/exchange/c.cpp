// A header in C99, which is C++ too: features or raw columns in, class and probabilities out.

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "forms.hpp"
#include "raw_columns.hpp"
#include "texts.hpp"

namespace mpilogit::exchange {

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
    for (j = 0; j < @name@_feature_count; ++j) margin += coefficients[j] * features[j];
    probabilities[row + @zeros@] = margin;
  }
  return @name@_finish_(probabilities);
}

/* The same of a row whose other features are 0. */
static inline int @name@_predict_sparse(size_t count, const size_t *columns, const double *values,
                                        double *probabilities) {
  int row;
  size_t n;
  probabilities[0] = 0.0;
  for (row = 0; row < @rows@; ++row) {
    const double *coefficients = @name@_coefficients_(row);
    double margin = @name@_intercept_(row);
    for (n = 0; n < count; ++n) margin += coefficients[columns[n]] * values[n];
    probabilities[row + @zeros@] = margin;
  }
  return @name@_finish_(probabilities);
}
)c";

constexpr std::string_view kExpandedPredict =
    R"c(/* Products of `missing` features from number `first` on, each with the next coefficient. */
static inline double @name@_products_(const double *features, int first, int missing, double prefix,
                                      const double **coefficients) {
  double sum = 0.0;
  int j;
  for (j = first; j < @name@_feature_count; ++j) {
    const double product = prefix * features[j];
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

constexpr std::string_view kEncode = R"c(
/* A row of the raw table. No value: NAN or NULL. Dates are seconds since 1970-01-01T00:00Z. */
struct @name@_row {
@members@};

static inline int @name@_place_(const char *text, const char *const *texts, const int *places,
                                int count) {
  int n;
  for (n = 0; n < count; ++n) {
    if (strcmp(text, texts[n]) == 0) return places[n];
  }
  return -2;
}

/* Writes the features of a row. Returns 0, or 1 + the number of the first column whose value the
 * model does not know: as a level it has no feature then, as a number it stays what it is. */
static inline int @name@_encode(const struct @name@_row *row, double *features) {
  int unknown = 0;
  memset(features, 0, @name@_feature_count * sizeof *features);
@columns@  return unknown;
}
)c";

std::string listed(const std::vector<std::string>& items, const std::string& indent) {
  std::string text;
  std::string line;
  for (const auto& item : items) {
    if (!line.empty() && indent.size() + line.size() + item.size() > 97) {
      text += indent + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + item + ",";
  }
  return text + indent + line;
}

template <class Items, class ToText>
std::vector<std::string> texts_of(const Items& items, ToText to_text) {
  std::vector<std::string> texts;
  for (const auto& item : items) texts.push_back(to_text(item));
  return texts;
}

std::string coefficients_of(const model::Model& model) {
  std::string text;
  const auto numbers = texts_of(model.coefficients, number_text);
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

// Words of C and C++ and macros of the headers that are included, none of which can be a member.
constexpr std::array kReserved = {"alignas",     "alignof",      "and",       "and_eq",
                                  "asm",         "auto",         "bitand",    "bitor",
                                  "bool",        "break",        "case",      "catch",
                                  "char",        "char16_t",     "char32_t",  "char8_t",
                                  "class",       "co_await",     "co_return", "co_yield",
                                  "compl",       "concept",      "const",     "const_cast",
                                  "consteval",   "constexpr",    "constinit", "continue",
                                  "decltype",    "default",      "delete",    "do",
                                  "double",      "dynamic_cast", "else",      "enum",
                                  "explicit",    "export",       "extern",    "false",
                                  "float",       "for",          "friend",    "goto",
                                  "if",          "inline",       "int",       "linux",
                                  "long",        "mutable",      "namespace", "new",
                                  "noexcept",    "not",          "not_eq",    "nullptr",
                                  "operator",    "or",           "or_eq",     "private",
                                  "protected",   "public",       "register",  "reinterpret_cast",
                                  "requires",    "restrict",     "return",    "short",
                                  "signed",      "sizeof",       "static",    "static_assert",
                                  "static_cast", "struct",       "switch",    "template",
                                  "this",        "thread_local", "throw",     "true",
                                  "try",         "typedef",      "typeid",    "typename",
                                  "typeof",      "union",        "unix",      "unsigned",
                                  "using",       "virtual",      "void",      "volatile",
                                  "wchar_t",     "while",        "xor",       "xor_eq",
                                  "NULL",        "NAN",          "INFINITY",  "HUGE_VAL",
                                  "M_E",         "M_PI",         "errno"};

std::string member_of(const table::Column& column, UniqueNames& names) {
  std::string name = identifier(column.name);
  if (std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end()) name += "_";
  return names.claim(name);
}

std::string number_code(const table::Schema& schema, const table::Column& column,
                        const std::string& member, std::int64_t number, std::int64_t first) {
  std::string text = fmt::format("  features[{}] = row->{};\n", first, member);
  text += fmt::format("  if (row->{0} != row->{0}) {{\n", member);
  if (!fills(schema)) {
    text += fmt::format("    if (unknown == 0) unknown = {};\n", number + 1);
  } else {
    text += fmt::format("    features[{}] = {};\n", first, number_text(column.mean));
    if (column.indicates_missing) text += fmt::format("    features[{}] = 1.0;\n", first + 1);
  }
  return text + "  }\n";
}

// NULL is as good as the empty text, which means "no value" in every schema.
std::string category_code(const table::Schema& schema, const table::Column& column,
                          const std::string& member, std::int64_t number, std::int64_t first,
                          const std::string& name) {
  std::vector<std::string> texts;
  std::vector<std::string> places;
  for (const auto& [text, place] : known_texts(schema, column)) {
    texts.push_back(c_text(text));
    places.push_back(std::to_string(place < 0 ? place : first + place));
  }
  return fmt::format(
      "  {{\n    static const char *const texts[] = {{\n{}\n    }};\n"
      "    static const int places[] = {{\n{}\n    }};\n"
      "    const int place = {}_place_(row->{} ? row->{} : \"\", texts, places, {});\n"
      "    if (place >= 0) features[place] = 1.0;\n"
      "    if (place < -1 && unknown == 0) unknown = {};\n  }}\n",
      listed(texts, "      "), listed(places, "      "), name, member, member, texts.size(),
      number + 1);
}

std::string encoder(const table::Schema& schema, Values values, const std::string& name) {
  UniqueNames names;
  std::string members;
  std::string columns;
  std::int64_t number = 0;
  std::int64_t first = 0;
  for (const auto& column : schema.columns) {
    const std::string member = member_of(column, names);
    const bool numeric = table::is_numeric(column.kind);
    members += fmt::format("  {}{};\n", numeric ? "double " : "const char *", member);
    columns += numeric ? number_code(schema, column, member, number, first)
                       : category_code(schema, column, member, number, first, name);
    first += column.features();
    ++number;
  }
  values.insert(values.end(), {{"members", members}, {"columns", columns}});
  return filled(kEncode, values);
}

}  // namespace

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
      {"intercept", listed(texts_of(model.intercept, number_text), "")}};
  values.emplace_back("log_sigmoid",
                      model.objective == model::kOneVsRest ? filled(kLogSigmoid, values) : "");
  std::string text = filled(kHead, values) + names_of(model, name) + filled(kMargins, values);
  text += filled(model.expansion.identity() ? kPlainPredict : kExpandedPredict, values);
  if (schema && !has_hashed(*schema)) text += encoder(*schema, values, name);
  return text + "\n#endif\n";
}

}  // namespace mpilogit::exchange
