#include "exporting/forms/onnx_graph.hpp"

#include <bit>

namespace mpilogit::exporting {

namespace {

// What a field's number is followed by.
constexpr int kVariableLength = 0;
constexpr int kLengthInFront = 2;

std::uint64_t tag(int field, int kind) {
  return static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(kind);
}

}  // namespace

// Seven bits a byte, the lowest first; the eighth says that there are more.
void Message::append(std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes_ += static_cast<char>((number & 0x7F) | 0x80);
  bytes_ += static_cast<char>(number);
}

Message& Message::add(int field, std::int64_t value) {
  append(tag(field, kVariableLength));
  append(static_cast<std::uint64_t>(value));
  return *this;
}

Message& Message::add(int field, std::string_view bytes) {
  append(tag(field, kLengthInFront));
  append(bytes.size());
  bytes_ += bytes;
  return *this;
}

Message& Message::add(int field, const Message& message) {
  return add(field, std::string_view(message.bytes()));
}

namespace {

// Numbers of fields, by message, from onnx.proto.
namespace model_field {
constexpr int ir_version = 1, producer = 2, producer_version = 3, graph = 7, opset = 8,
              metadata = 14;
}
namespace graph_field {
constexpr int node = 1, name = 2, initializer = 5, input = 11, output = 12;
}
namespace node_field {
constexpr int input = 1, output = 2, name = 3, operation = 4, attribute = 5, domain = 7;
}
namespace attribute_field {
constexpr int name = 1, integer = 3, integers = 8, texts = 9, type = 20;
}
namespace tensor_field {
constexpr int dimension = 1, type = 2, text = 6, name = 8, raw = 9;
}

// What the newest operators need that are used, and no more: runtimes since 2020 read it.
constexpr std::int64_t kIrVersion = 7;
constexpr std::int64_t kOperators = 13;
constexpr std::int64_t kMachineLearningOperators = 2;

static_assert(std::endian::native == std::endian::little, "raw tensors are little-endian");

template <class Value>
std::string_view raw(std::span<const Value> values) {
  const auto bytes = std::as_bytes(values);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// AttributeProto.AttributeType's numbers.
struct AttributeValue {
  Message& message;

  void operator()(std::int64_t value) const {
    message.add(attribute_field::integer, value).add(attribute_field::type, 2);
  }
  void operator()(const std::vector<std::int64_t>& values) const {
    for (const auto value : values) message.add(attribute_field::integers, value);
    message.add(attribute_field::type, 7);
  }
  void operator()(const std::vector<std::string>& values) const {
    for (const auto& value : values) message.add(attribute_field::texts, value);
    message.add(attribute_field::type, 8);
  }
};

// ValueInfoProto: a tensor of rows, and of columns unless there are none.
Message value_info(const std::string& name, OnnxType type, std::span<const std::int64_t> columns) {
  Message shape;
  shape.add(1, Message().add(2, std::string_view("rows")));
  for (const auto count : columns) shape.add(1, Message().add(1, count));
  Message tensor;
  tensor.add(1, static_cast<std::int64_t>(type)).add(2, shape);
  Message info;
  return info.add(1, name).add(2, Message().add(1, tensor));
}

Message operators(std::string_view domain, std::int64_t version) {
  return Message().add(1, domain).add(2, version);
}

}  // namespace

std::string OnnxGraph::input(const std::string& wanted, OnnxType type, std::int64_t columns) {
  const std::string name = names_.claim(wanted);
  inputs_.push_back(value_info(name, type, std::span(&columns, 1)));
  return name;
}

std::string OnnxGraph::add_constant(const std::string& wanted, OnnxType type,
                                    std::span<const std::int64_t> shape, Message tensor) {
  const std::string name = names_.claim(wanted);
  for (const auto size : shape) tensor.add(tensor_field::dimension, size);
  tensor.add(tensor_field::type, static_cast<std::int64_t>(type)).add(tensor_field::name, name);
  bytes_ += std::ssize(tensor.bytes());
  constants_.push_back(std::move(tensor));
  return name;
}

std::string OnnxGraph::constant(const std::string& wanted, std::span<const std::int64_t> shape,
                                std::span<const double> values) {
  return add_constant(wanted, OnnxType::float64, shape,
                      Message().add(tensor_field::raw, raw(values)));
}

std::string OnnxGraph::constant(const std::string& wanted, std::span<const std::int64_t> shape,
                                std::span<const std::int64_t> values) {
  return add_constant(wanted, OnnxType::int64, shape,
                      Message().add(tensor_field::raw, raw(values)));
}

std::string OnnxGraph::constant(const std::string& wanted, const Names& texts) {
  Message tensor;
  for (const auto& text : texts) tensor.add(tensor_field::text, text);
  const std::int64_t count = std::ssize(texts);
  return add_constant(wanted, OnnxType::text, std::span(&count, 1), std::move(tensor));
}

void OnnxGraph::add_node(const std::string& operation, const Names& inputs,
                         const std::string& value, const std::vector<Attribute>& attributes,
                         const std::string& domain) {
  Message node;
  for (const auto& name : inputs) node.add(node_field::input, name);
  node.add(node_field::output, value)
      .add(node_field::name, value)
      .add(node_field::operation, operation);
  for (const auto& [name, content] : attributes) {
    Message attribute;
    attribute.add(attribute_field::name, name);
    std::visit(AttributeValue{attribute}, content);
    node.add(node_field::attribute, attribute);
  }
  if (!domain.empty()) node.add(node_field::domain, domain);
  nodes_.push_back(std::move(node));
}

std::string OnnxGraph::node(const std::string& operation, const Names& inputs,
                            const std::vector<Attribute>& attributes, const std::string& domain) {
  return node_called(operation, operation, inputs, attributes, domain);
}

std::string OnnxGraph::node_called(const std::string& wanted, const std::string& operation,
                                   const Names& inputs, const std::vector<Attribute>& attributes,
                                   const std::string& domain) {
  const std::string value = names_.claim(wanted);
  add_node(operation, inputs, value, attributes, domain);
  return value;
}

void OnnxGraph::output(const std::string& name, const std::string& operation, const Names& inputs,
                       const std::vector<Attribute>& attributes, OnnxType type,
                       std::span<const std::int64_t> columns) {
  add_node(operation, inputs, name, attributes, "");
  outputs_.push_back(value_info(name, type, columns));
}

std::string OnnxGraph::model(
    const std::string& name, const std::string& program,
    const std::vector<std::pair<std::string, std::string>>& metadata) const {
  Message graph;
  for (const auto& node : nodes_) graph.add(graph_field::node, node);
  graph.add(graph_field::name, name);
  for (const auto& tensor : constants_) graph.add(graph_field::initializer, tensor);
  for (const auto& info : inputs_) graph.add(graph_field::input, info);
  for (const auto& info : outputs_) graph.add(graph_field::output, info);
  const std::size_t space = program.find(' ');
  Message model;
  model.add(model_field::ir_version, kIrVersion)
      .add(model_field::producer, std::string_view(program).substr(0, space));
  if (space != std::string::npos) {
    model.add(model_field::producer_version, std::string_view(program).substr(space + 1));
  }
  model.add(model_field::graph, graph)
      .add(model_field::opset, operators("", kOperators))
      .add(model_field::opset, operators(kMachineLearning, kMachineLearningOperators));
  for (const auto& [key, value] : metadata) {
    model.add(model_field::metadata, Message().add(1, std::string_view(key)).add(2, value));
  }
  return model.bytes();
}

}  // namespace mpilogit::exporting
