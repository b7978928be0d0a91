#pragma once
// An ONNX graph and its bytes.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "exporting/forms/texts.hpp"

namespace mpilogit::exporting {

// Google's Protocol Buffers, as far as they are written here: numbers of variable length, and what
// has its length in front.

/// A message, field after field. Fields are numbered as its .proto file has them.
class Message {
 public:
  /// int32, int64, enumerations.
  Message& add(int field, std::int64_t value);
  /// string, bytes.
  Message& add(int field, std::string_view bytes);
  /// A message within this one.
  Message& add(int field, const Message& message);

  const std::string& bytes() const { return bytes_; }

 private:
  void append(std::uint64_t number);

  std::string bytes_;
};

/// As onnx.proto numbers them (TensorProto.DataType).
enum class OnnxType { float32 = 1, int64 = 7, text = 8, float64 = 11 };

class OnnxGraph {
 public:
  using Names = std::vector<std::string>;
  using Attribute =
      std::pair<std::string, std::variant<std::int64_t, std::vector<std::int64_t>, Names>>;
  static constexpr const char* kMachineLearning = "ai.onnx.ml";

  /// An output's name, which no other value gets: before all else.
  void reserve(const std::string& name) { names_.claim(name); }

  /// An input of any number of rows × columns. Each returns the name of the value.
  std::string input(const std::string& wanted, OnnxType type, std::int64_t columns);
  std::string constant(const std::string& wanted, std::span<const std::int64_t> shape,
                       std::span<const double> values);
  std::string constant(const std::string& wanted, std::span<const std::int64_t> shape,
                       std::span<const std::int64_t> values);
  std::string constant(const std::string& wanted, const Names& texts);
  std::string node(const std::string& operation, const Names& inputs,
                   const std::vector<Attribute>& attributes = {}, const std::string& domain = "");
  /// A node under a name that a runtime's message quotes.
  std::string node_called(const std::string& wanted, const std::string& operation,
                          const Names& inputs, const std::vector<Attribute>& attributes,
                          const std::string& domain = "");
  /// A node whose value is one of the outputs: its name was reserved.
  void output(const std::string& name, const std::string& operation, const Names& inputs,
              const std::vector<Attribute>& attributes, OnnxType type,
              std::span<const std::int64_t> columns);

  /// Of all constants.
  std::int64_t bytes() const { return bytes_; }

  /// The model's file: the graph, what wrote it, and pairs of further texts.
  std::string model(const std::string& name, const std::string& program,
                    const std::vector<std::pair<std::string, std::string>>& metadata) const;

 private:
  std::string add_constant(const std::string& wanted, OnnxType type,
                           std::span<const std::int64_t> shape, Message tensor);
  void add_node(const std::string& operation, const Names& inputs, const std::string& value,
                const std::vector<Attribute>& attributes, const std::string& domain);

  UniqueNames names_;
  std::vector<Message> nodes_;
  std::vector<Message> constants_;
  std::vector<Message> inputs_;
  std::vector<Message> outputs_;
  std::int64_t bytes_ = 0;
};

}  // namespace mpilogit::exporting
