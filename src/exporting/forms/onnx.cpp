// ONNX: the raw columns or a matrix of features in, label and probabilities out.

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "core/error.hpp"
#include "exporting/forms/forms.hpp"
#include "exporting/forms/onnx_graph.hpp"
#include "exporting/forms/raw_columns.hpp"
#include "kernels/polynomial.hpp"
#include "model/centre.hpp"

namespace mpilogit::exporting {

namespace {

constexpr const char* kLabel = "label";
constexpr const char* kProbabilities = "probabilities";

using Shape = std::vector<std::int64_t>;
using Names = OnnxGraph::Names;

constexpr auto kFloat64 = static_cast<std::int64_t>(OnnxType::float64);

std::string as_float64(OnnxGraph& graph, const std::string& value) {
  return graph.node("Cast", {value}, {{"to", kFloat64}});
}

std::string side_by_side(OnnxGraph& graph, const Names& values) {
  return values.size() == 1 ? values.front()
                            : graph.node("Concat", values, {{"axis", std::int64_t{1}}});
}

// A double, so that dates keep their seconds; NaN is no value.
std::string number_column(OnnxGraph& graph, const formats::Schema& schema,
                          const formats::Column& column) {
  const std::string value = graph.input(column.name, OnnxType::float64, 1);
  if (!fills(schema)) return value;
  const std::string missing = graph.node("IsNaN", {value});
  const std::string mean = graph.constant("mean", Shape{1, 1}, std::vector<double>{column.mean});
  const std::string filled = graph.node("Where", {missing, mean, value});
  if (!column.indicates_missing) return filled;
  return side_by_side(graph, {filled, as_float64(graph, missing)});
}

// Text to number, number to place, and 1 at that place. Text that is unknown has a number that is
// none: Gather must refuse it, and is called so that the message says why.
std::string category_column(OnnxGraph& graph, const formats::Schema& schema,
                            const formats::Column& column) {
  Names keys;
  Shape numbers;
  Shape place_of_number;
  for (const auto& [text, place] : known_texts(schema, column)) {
    keys.push_back(text);
    numbers.push_back(std::ssize(numbers));
    place_of_number.push_back(place);
  }
  const std::int64_t count = std::ssize(numbers);
  const std::string number =
      graph.node("LabelEncoder", {graph.input(column.name, OnnxType::text, 1)},
                 {{"keys_strings", keys}, {"values_int64s", numbers}, {"default_int64", count}},
                 OnnxGraph::kMachineLearning);
  const std::string known = graph.constant("known", Shape{count}, place_of_number);
  const std::string place = graph.node_called("known values of " + column.name, "Gather",
                                              {known, number}, {{"axis", std::int64_t{0}}});
  Shape all(static_cast<std::size_t>(column.features()));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  const std::string places = graph.constant("places", Shape{1, column.features()}, all);
  return as_float64(graph, graph.node("Equal", {place, places}));
}

std::string raw_features(OnnxGraph& graph, const formats::Schema& schema) {
  Names parts;
  for (const auto& column : schema.columns) {
    if (column.features() == 0) continue;  // a single level, which is dropped
    parts.push_back(formats::is_numeric(column.kind) ? number_column(graph, schema, column)
                                                     : category_column(graph, schema, column));
  }
  return side_by_side(graph, parts);
}

// What is far from zero must not be subtracted later, nor in another type than it came in.
std::string less_centre(OnnxGraph& graph, const model::Model& model, const std::string& features) {
  return graph.node(
      "Sub", {features, graph.constant("centre", Shape{1, model.data_features()}, model.centre)});
}

// Floats cannot tell seconds of a date apart. Other models have always taken floats.
std::string plain_features(OnnxGraph& graph, const model::Model& model) {
  if (!model.centre.empty()) return graph.input("X", OnnxType::float64, model.data_features());
  return as_float64(graph, graph.input("X", OnnxType::float32, model.data_features()));
}

// Of each degree: first factors × second factors × …, in the order of the coefficients.
std::string expanded(OnnxGraph& graph, const kernels::PolynomialShape& shape,
                     const std::string& features) {
  const auto monomials = kernels::monomials(shape);
  Names parts = {features};
  auto first = monomials.begin() + static_cast<std::ptrdiff_t>(shape.features);
  while (first != monomials.end()) {
    const std::size_t degree = first->size();
    const auto last = std::find_if(first, monomials.end(),
                                   [&](const auto& factors) { return factors.size() != degree; });
    std::string product;
    for (std::size_t n = 0; n < degree; ++n) {
      Shape columns;
      for (auto factors = first; factors != last; ++factors) columns.push_back((*factors)[n]);
      const std::string places = graph.constant("factors", Shape{std::ssize(columns)}, columns);
      const std::string factor =
          graph.node("Gather", {features, places}, {{"axis", std::int64_t{1}}});
      product = n == 0 ? factor : graph.node("Mul", {product, factor});
    }
    parts.push_back(product);
    first = last;
  }
  return side_by_side(graph, parts);
}

// A column per class; class 0's is of zeros if it has no row.
std::string margins(OnnxGraph& graph, const model::Model& model, const std::string& features) {
  const std::size_t classes = model.classes.size();
  const std::size_t zeros = has_zero_class(model) ? 1 : 0;
  const auto rows = static_cast<std::size_t>(model.rows());
  const auto width = static_cast<std::size_t>(model.features);
  const model::CentredForms forms = model::centred_forms(model);
  std::vector<double> weights(width * classes, 0.0);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t j = 0; j < width; ++j) {
      weights[j * classes + r + zeros] = forms.coefficients[r * width + j];
    }
  }
  std::vector<double> intercept(zeros, 0.0);
  intercept.insert(intercept.end(), forms.intercept.begin(), forms.intercept.end());
  const std::int64_t count = std::ssize(intercept);
  const std::string matrix = graph.constant("coefficients", Shape{model.features, count}, weights);
  const std::string product = graph.node("MatMul", {features, matrix});
  return graph.node("Add", {product, graph.constant("intercept", Shape{count}, intercept)});
}

// log σ(z) = min(z, 0) − log(1 + e^(−|z|)): onnxruntime has no Softplus of doubles.
std::string log_sigmoid(OnnxGraph& graph, const std::string& margins) {
  const auto scalar = [&](const char* name, double value) {
    return graph.constant(name, Shape{}, std::vector<double>{value});
  };
  const std::string small = graph.node("Exp", {graph.node("Neg", {graph.node("Abs", {margins})})});
  const std::string logarithm = graph.node("Log", {graph.node("Add", {small, scalar("one", 1.0)})});
  return graph.node("Sub", {graph.node("Min", {margins, scalar("zero", 0.0)}), logarithm});
}

std::string classes_of(OnnxGraph& graph, const data::ClassSet& classes) {
  if (classes.kind == data::LabelKind::text) {
    Names texts;
    for (const auto& text : classes.texts) texts.push_back(utf8(text));
    return graph.constant("classes", texts);
  }
  return graph.constant("classes", Shape{std::ssize(classes.numbers)}, classes.numbers);
}

// A message has at most 2^31 − 1 bytes, and what is beside the constants is small.
void require_size(const model::Model& model, const std::string& where) {
  constexpr double kMost = 2147483647.0 - (1 << 24);
  const double degree =
      model.expansion.identity() ? 0.0 : static_cast<double>(model.expansion.degree);
  const double bytes = static_cast<double>(model.features) * sizeof(double) *
                       (static_cast<double>(model.classes.size()) + degree);
  if (bytes <= kMost) return;
  throw core::bad_input({.what = fmt::format("the model takes {:.1f} GB as ONNX", bytes * 1e-9),
                         .where = where,
                         .why = "an ONNX file holds at most 2 GB",
                         .remedy = "Export it as json or csv"});
}

// Products are nodes of the graph, two for each factor of each degree: d (d + 1) in all.
void require_degree(const model::Model& model, const std::string& where) {
  constexpr std::size_t kMost = 64;
  if (model.expansion.identity() || model.expansion.degree <= kMost) return;
  throw core::bad_input(
      {.what = fmt::format("the model has products of {} features", model.expansion.degree),
       .where = where,
       .why = fmt::format("as ONNX they are too many nodes; up to {} features are written", kMost),
       .remedy = "Export it as json, c or python"});
}

std::vector<std::pair<std::string, std::string>> metadata_of(const model::Model& model) {
  std::vector<std::pair<std::string, std::string>> metadata = {
      {"coefficients_sha256", model::coefficients_sha256(model)}};
  if (model.data_feature_names.empty()) return metadata;
  std::string names;
  for (const auto& name : model.data_feature_names) {
    names += (names.empty() ? "[" : ", ") + json_text(name);
  }
  metadata.emplace_back("feature_names", names + "]");
  return metadata;
}

std::string to_onnx(const model::Model& model, const ExportOptions& options,
                    const std::string& where) {
  require_degree(model, where);
  require_size(model, where);
  const auto schema = schema_of(model, where);
  if (schema) refuse_hashed(*schema, "ONNX", where);
  OnnxGraph graph;
  graph.reserve(kLabel);
  graph.reserve(kProbabilities);
  std::string features = schema ? raw_features(graph, *schema) : plain_features(graph, model);
  if (!model.centre.empty()) features = less_centre(graph, model, features);
  if (!model.expansion.identity()) features = expanded(graph, model.expansion, features);
  const std::string scores = margins(graph, model, features);
  const std::string largest =
      graph.node("ArgMax", {scores}, {{"axis", std::int64_t{1}}, {"keepdims", std::int64_t{0}}});
  const bool text = model.classes.kind == data::LabelKind::text;
  graph.output(kLabel, "Gather", {classes_of(graph, model.classes), largest}, {},
               text ? OnnxType::text : OnnxType::int64, {});
  const bool one_vs_rest = model.objective == model::kOneVsRest;
  const std::int64_t classes = std::ssize(model.intercept) + (has_zero_class(model) ? 1 : 0);
  graph.output(kProbabilities, "Softmax", {one_vs_rest ? log_sigmoid(graph, scores) : scores},
               {{"axis", std::int64_t{1}}}, OnnxType::float64, Shape{classes});
  return graph.model(utf8(options.name), options.program, metadata_of(model));
}

// Its version, one byte, and the name of the producer.
bool is_our_onnx(std::string_view beginning) {
  constexpr std::size_t kProducerAt = 2;
  return beginning.starts_with("\x08") && beginning.size() > kProducerAt &&
         beginning.substr(kProducerAt).starts_with("\x12\x08mpilogit");
}

}  // namespace

Form onnx_form() {
  return {"onnx", to_onnx, utf8, is_our_onnx};
}

}  // namespace mpilogit::exporting
