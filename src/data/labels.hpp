#pragma once
// Labels as users write them, and the global set of classes.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mpilogit::data {

/// How the file stores labels; predictions are written in the same kind.
enum class LabelKind : int { integer = 0, boolean = 1, floating = 2, text = 3 };

/// The distinct labels of the whole data set, ascending (numbers by value, text byte by byte). The
/// model is P(y = classes[1]) when there are two. One of the vectors is used: `numbers` for
/// integers, bools (0, 1) and whole floats, `texts` for strings.
struct ClassSet {
  LabelKind kind = LabelKind::integer;
  std::vector<std::int64_t> numbers;
  std::vector<std::string> texts;

  std::size_t size() const { return kind == LabelKind::text ? texts.size() : numbers.size(); }
  /// As a person reads it: "3", "true", "yes".
  std::string name(std::size_t index) const;
  bool operator==(const ClassSet&) const = default;
};

/// Index of each row's class: one byte where all are below 256, else two.
class ClassIndices {
 public:
  void reserve(std::size_t rows) { narrow_.reserve(rows); }
  /// Those of further rows, each below 65,536.
  void append(std::span<const std::uint32_t> indices);
  /// Index i becomes to[i]. Cost: one look at the indices, in place unless they become wide.
  void translate(std::span<const std::uint32_t> to);

  std::size_t size() const { return narrow_.size() + wide_.size(); }
  bool empty() const { return size() == 0; }
  std::uint32_t operator[](std::size_t row) const {
    return wide_.empty() ? narrow_[row] : wide_[row];
  }
  /// One byte each; empty unless all are below 256.
  std::span<const std::uint8_t> narrow() const { return narrow_; }
  /// visitor(indices) with a span of uint8 or of uint16, for loops that shall be fast.
  template <class Visitor>
  decltype(auto) visit(Visitor&& visitor) const {
    return wide_.empty() ? visitor(std::span<const std::uint8_t>(narrow_))
                         : visitor(std::span<const std::uint16_t>(wide_));
  }
  std::int64_t bytes() const {
    return static_cast<std::int64_t>(narrow_.size() + wide_.size() * sizeof(std::uint16_t));
  }

 private:
  void widen();

  // One of them is empty.
  std::vector<std::uint8_t> narrow_;
  std::vector<std::uint16_t> wide_;
};

}  // namespace mpilogit::data
