// A module of Python, which runs without NumPy and has functions for it.

#include <fmt/format.h>

#include "exporting/forms/forms.hpp"
#include "exporting/forms/raw_columns.hpp"
#include "exporting/forms/texts.hpp"
#include "model/centre.hpp"

namespace mpilogit::exporting {

namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kModule = R"py("""@what@, written by @program@.

    probabilities(features)         a row as a list of numbers: the probability of each of CLASSES
    predict(features)               its label
    probabilities_of_rows(X)        likewise of all rows of a NumPy array@sparse@
    predict_rows(X)
@of_encode@"""

import itertools
import math

CLASSES = [@classes@]
FEATURE_NAMES = @names@
INTERCEPT = [@intercept@]
COEFFICIENTS = [
@coefficients@]
@centre@

def _selections(count):
    """The features of each product, in the order of the coefficients."""
    for degree in range(1, @degree@ + 1):
        yield from itertools.@combinations@(range(count), degree)


def margins(features):
    """One number per class; the label is that of the largest."""
    if len(features) != @features@:
        raise ValueError(f"{len(features)} features, not @features@")
    values = @expanded@
    return @zero@[
        math.fsum(map(float.__mul__, coefficients, values)) + intercept
        for coefficients, intercept in zip(COEFFICIENTS, INTERCEPT)]


def probabilities(features):
    scores = margins(features)
@log_sigmoid@    largest = max(scores)
    powers = [math.exp(score - largest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def predict(features):
    scores = margins(features)
    return CLASSES[scores.index(max(scores))]


def margins_of_rows(X):
    import numpy as np

@expand_rows@    margins = @product_rows@ + np.array(INTERCEPT)
    return @zero_rows@


def probabilities_of_rows(X):
    import numpy as np

    scores = margins_of_rows(X)
@log_sigmoid_rows@    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def predict_rows(X):
    import numpy as np

    return np.array(CLASSES)[margins_of_rows(X).argmax(axis=1)]
)py";

constexpr std::string_view kPythonLogSigmoid =
    R"py(    scores = [min(z, 0.0) - math.log1p(math.exp(-abs(z))) for z in scores]
)py";

constexpr std::string_view kPythonLogSigmoidRows =
    R"py(    scores = np.minimum(scores, 0.0) - np.log1p(np.exp(-np.abs(scores)))
)py";

constexpr std::string_view kExpandRows = R"py(    X = np.asarray(X, dtype=float)@less_centre@
    X = np.stack([X[:, selection].prod(axis=1) for selection in map(list, _selections(X.shape[1]))], axis=1)
)py";

constexpr std::string_view kCentreOfPython = R"py(
# What is subtracted from the features first: those far from zero would lose the answer. INTERCEPT and
# COEFFICIENTS are of the differences.
CENTRE = [@centre@]
)py";

// The other columns of a matrix that may be sparse are left as they are.
constexpr std::string_view kFarColumns =
    R"py(    coefficients, centre = np.array(COEFFICIENTS), np.array(CENTRE)
    far = np.flatnonzero(centre)
    near = np.where(centre == 0.0, coefficients, 0.0)
    X = X.tocsr() if hasattr(X, "tocsr") else np.asarray(X)
    columns = X[:, far]
    columns = columns.toarray() if hasattr(columns, "toarray") else columns
)py";

constexpr const char* kFarProduct =
    "X.dot(near.T) + (columns - centre[far]).dot(coefficients[:, far].T)";

constexpr std::string_view kPythonEncode = R"py(

# The columns of the raw table: name, and how many features it has. Of a number its mean, if that stands
# for a value that is not there; of a category the place of each text among the features, None for none;
# how many features other texts are hashed to.
COLUMNS = [
@columns@]


def _bucket(text, buckets):
    """FNV-1a of 64 bits, as importing hashes."""
    value = 0xcbf29ce484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001b3 % 2**64
    return value % buckets


def encode(row):
    """The features of a row of the raw table, a mapping of names to values: numbers (dates as seconds
    since 1970-01-01T00:00Z) and texts. No value: None, NaN or a text like ''. What the model does not
    know is a KeyError."""
    features = []
    for name, width, mean, places, buckets in COLUMNS:
        value = row.get(name)
        part = [0.0] * width
        if places is None:
            missing = value is None or value != value or value in MISSING
            if missing and mean is None:
                raise KeyError(f"{name} has no value")
            part[0] = mean if missing else float(value)
            if width > 1:
                part[1] = float(missing)
        else:
            text = "" if value is None or value != value else str(value)
            place = _bucket(text, buckets) if buckets and text not in MISSING else places[text]
            if place is not None:
                part[place] = 1.0
        features += part
    return features
)py";

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

std::string numbers(std::span<const double> values) {
  std::vector<std::string> texts;
  for (const double value : values) texts.push_back(number_text(value));
  return joined(texts);
}

std::string texts(const std::vector<std::string>& values) {
  std::vector<std::string> quoted;
  quoted.reserve(values.size());
  for (const auto& value : values) quoted.push_back(json_text(value));
  return joined(quoted);
}

std::string classes_of(const data::ClassSet& classes) {
  if (classes.kind == data::LabelKind::text) return texts(classes.texts);
  std::vector<std::string> labels;
  for (const auto number : classes.numbers) {
    if (classes.kind == data::LabelKind::boolean) {
      labels.push_back(number != 0 ? "True" : "False");
    } else {
      labels.push_back(
          fmt::format("{}{}", number, classes.kind == data::LabelKind::floating ? ".0" : ""));
    }
  }
  return joined(labels);
}

std::string array_of_coefficients(const model::Model& model) {
  std::string lines;
  const std::span<const double> all = model::centred_forms(model).coefficients;
  const auto width = static_cast<std::size_t>(model.features);
  for (std::size_t first = 0; first < all.size(); first += width) {
    lines += "    [" + numbers(all.subspan(first, width)) + "],\n";
  }
  return lines;
}

std::string column_of(const formats::Schema& schema, const formats::Column& column) {
  if (formats::is_numeric(column.kind)) {
    return fmt::format("    ({}, {}, {}, None, 0),\n", json_text(column.name), column.features(),
                       fills(schema) ? number_text(column.mean) : "None");
  }
  std::vector<std::string> places;
  for (const auto& [text, place] : known_texts(schema, column)) {
    places.push_back(
        fmt::format("{}: {}", json_text(text), place < 0 ? "None" : std::to_string(place)));
  }
  return fmt::format("    ({}, {}, None, {{{}}}, {}),\n", json_text(column.name), column.features(),
                     joined(places), column.buckets);
}

std::string encoder(const formats::Schema& schema) {
  std::string columns;
  for (const auto& column : schema.columns) columns += column_of(schema, column);
  return "\n\nMISSING = [" + texts(schema.missing_texts) + "]" +
         filled(kPythonEncode, Values{{"columns", columns}});
}

// What is done to rows before they meet the coefficients.
std::string rows_code(const model::Model& model) {
  const bool centred = !model.centre.empty();
  if (model.expansion.identity()) return std::string(centred ? kFarColumns : "");
  return filled(kExpandRows, Values{{"less_centre", centred ? " - np.array(CENTRE)" : ""}});
}

// A row as the coefficients take it.
std::string row_code(const model::Model& model) {
  const bool centred = !model.centre.empty();
  const std::string values =
      "[float(feature) - centre for feature, centre in zip(features, CENTRE)]";
  if (model.expansion.identity()) {
    return centred ? values : "[float(feature) for feature in features]";
  }
  if (!centred) {
    return "[math.prod(float(features[j]) for j in selection) for selection in "
           "_selections(len(features))]";
  }
  return values +
         "\n    values = [math.prod(values[j] for j in selection) for selection in "
         "_selections(len(values))]";
}

std::string to_python(const model::Model& model, const ExportOptions& options,
                      const std::string& where) {
  const auto schema = schema_of(model, where);
  const bool encodes = schema.has_value();
  const bool plain = model.expansion.identity();
  const bool zero = has_zero_class(model);
  const bool one_vs_rest = model.objective == model::kOneVsRest;
  const Values values = {
      {"what", model.classes.size() == 2 ? "A logistic regression" : "A regression of classes"},
      {"program", options.program},
      {"sparse", plain ? " or SciPy matrix" : ""},
      {"of_encode",
       encodes ? "    encode(row)                     the features of a row of the raw table\n"
               : ""},
      {"classes", classes_of(model.classes)},
      {"names",
       model.data_feature_names.empty() ? "None" : "[" + texts(model.data_feature_names) + "]"},
      {"intercept", numbers(model::centred_forms(model).intercept)},
      {"coefficients", array_of_coefficients(model)},
      {"features", std::to_string(model.data_features())},
      {"degree", std::to_string(model.expansion.degree)},
      {"combinations",
       model.expansion.interactions_only ? "combinations" : "combinations_with_replacement"},
      {"expanded", row_code(model)},
      {"zero", zero ? "[0.0] + " : ""},
      {"log_sigmoid", std::string(one_vs_rest ? kPythonLogSigmoid : "")},
      {"centre", model.centre.empty()
                     ? ""
                     : filled(kCentreOfPython, Values{{"centre", numbers(model.centre)}})},
      {"expand_rows", rows_code(model)},
      {"product_rows",
       plain && !model.centre.empty() ? kFarProduct : "X.dot(np.array(COEFFICIENTS).T)"},
      {"zero_rows", zero ? "np.hstack([np.zeros((len(margins), 1)), margins])" : "margins"},
      {"log_sigmoid_rows", std::string(one_vs_rest ? kPythonLogSigmoidRows : "")}};
  return filled(kModule, values) + (encodes ? encoder(*schema) : "");
}

bool is_our_python(std::string_view beginning) {
  return is_text_of_ours(beginning, "\"\"\"A ");
}

}  // namespace

Form python_form() {
  return {"python", to_python, utf8, is_our_python};
}

}  // namespace mpilogit::exporting
