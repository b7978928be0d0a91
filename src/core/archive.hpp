#pragma once
// Values as bytes, and back: one function names a state's parts, for writing and for reading.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace mpilogit::core {

/// Either takes values over, one after the other, or gives them back in the same order. For one
/// program on machines of one kind: numbers are written as they lie in memory.
class Archive {
 public:
  /// For writing.
  Archive() = default;

  /// For reading what another one has written.
  explicit Archive(std::vector<std::byte> bytes) : bytes_(std::move(bytes)), reading_(true) {}

  bool reading() const { return reading_; }

  /// Whether all was read.
  bool at_end() const { return place_ == bytes_.size(); }

  const std::vector<std::byte>& bytes() const { return bytes_; }

  /// Writes the value, or reads it. Throws bad input where there is nothing left to read: what was
  /// written was the state of another run, or somebody has changed it.
  void operator()(bool& value) {
    std::uint8_t byte = value ? 1 : 0;
    (*this)(byte);
    value = byte != 0;
  }

  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void operator()(T& value) { raw(std::as_writable_bytes(std::span<T>(&value, 1))); }

  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void operator()(std::vector<T>& values) {
    values.resize(count_of(values.size(), sizeof(T)));
    raw(std::as_writable_bytes(std::span<T>(values)));
  }

  void operator()(std::string& text) {
    text.resize(count_of(text.size(), 1));
    raw(std::as_writable_bytes(std::span<char>(text)));
  }

  template <class T>
  void operator()(std::optional<T>& value) {
    std::uint8_t there = value.has_value() ? 1 : 0;  // as a bool, not every byte could be read
    (*this)(there);
    if (reading_) value = there != 0 ? std::optional<T>(std::in_place) : std::nullopt;
    if (there != 0) (*this)(*value);
  }

  /// A vector that has so many values in every state of this run, or in one that it may be empty in
  /// none. Throws as where there is nothing left to read.
  template <class T>
  void exactly(std::vector<T>& values, std::size_t count, bool may_be_empty = false) {
    (*this)(values);
    if (reading_) require(values.size() == count || (may_be_empty && values.empty()));
  }

  /// What must be true of what was read. Throws as where there is nothing left to read.
  static void require(bool sound);

  /// A sequence of anything: `visit` names the parts of one element.
  template <class Sequence, class Visit>
  void each(Sequence& sequence, const Visit& visit) {
    sequence.resize(count_of(sequence.size(), 1));
    for (auto& element : sequence) visit(element);
  }

 private:
  void raw(std::span<std::byte> value);
  /// How many elements there are; when reading, no more than the bytes that are left can hold.
  std::size_t count_of(std::size_t count, std::size_t least_bytes_each);

  std::vector<std::byte> bytes_;
  std::size_t place_ = 0;  // of the next value to read
  bool reading_ = false;
};

}  // namespace mpilogit::core
