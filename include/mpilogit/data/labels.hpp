#pragma once
// Labels as users write them, and the global set of classes.

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
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

}  // namespace mpilogit::data
