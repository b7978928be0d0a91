#pragma once
// The different texts of a column, numbered as they come.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mpilogit::formats {

class LevelTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  LevelTable();

  /// kNone if it is not there. Cost: a hash of the text and, as a rule, one comparison.
  std::uint32_t find(std::string_view text) const {
    return slots_[slot_of(text, hash(text))].level;
  }

  /// Adds the text, which must not be there.
  std::uint32_t add(std::string_view text);

  std::size_t size() const { return levels_.size(); }
  const std::string& operator[](std::uint32_t level) const { return levels_[level]; }

 private:
  struct Slot {
    std::uint32_t tag = 0;  // of the hash: tells most other texts apart without looking at them
    std::uint32_t level = kNone;
  };

  static std::uint64_t hash(std::string_view text);
  // That of the text, or the free one where it belongs.
  std::size_t slot_of(std::string_view text, std::uint64_t hashed) const;
  void grow();

  std::vector<std::string> levels_;
  std::vector<Slot> slots_;  // a power of two, at most half of them taken
};

}  // namespace mpilogit::formats
