#include "formats/level_table.hpp"

#include <algorithm>
#include <cstring>

namespace mpilogit::formats {

namespace {

template <class Word>
std::uint64_t load(const char* at) {
  Word word{};
  std::memcpy(&word, at, sizeof(word));
  return word;
}

// As memcmp would say, but without its call: most texts are short.
bool equal(const char* a, const char* b, std::size_t size) {
  if (size < 8) {
    for (std::size_t i = 0; i < size; ++i) {
      if (a[i] != b[i]) return false;
    }
    return true;
  }
  for (std::size_t i = 0; i + 8 < size; i += 8) {
    if (load<std::uint64_t>(a + i) != load<std::uint64_t>(b + i)) return false;
  }
  return load<std::uint64_t>(a + size - 8) == load<std::uint64_t>(b + size - 8);
}

std::uint64_t stirred(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t product = (a ^ b) * 0x9fb21c651e98df25U;
  return product ^ (product >> 32);
}

}  // namespace

LevelTable::LevelTable() : slots_(64) {}

// In words of 8 bytes, the last of which may overlap the one before it: no byte-wise loop, for most
// texts are short. Within one run only, so it may differ between machines.
std::uint64_t LevelTable::hash(std::string_view text) {
  const char* at = text.data();
  const std::size_t size = text.size();
  std::uint64_t mixed = size * 0x9e3779b97f4a7c15U;
  if (size > 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8) {
      mixed = stirred(mixed, load<std::uint64_t>(at + i));
    }
    return stirred(mixed, load<std::uint64_t>(at + size - 8));
  }
  std::uint64_t word = 0;
  if (size >= 4) {
    word = load<std::uint32_t>(at) << 32 | load<std::uint32_t>(at + size - 4);
  } else if (size > 0) {
    word = load<std::uint8_t>(at) << 16 | load<std::uint8_t>(at + size / 2) << 8 |
           load<std::uint8_t>(at + size - 1);
  }
  return stirred(stirred(mixed, word), word);
}

std::size_t LevelTable::slot_of(std::string_view text, std::uint64_t hashed) const {
  const std::size_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hashed >> 32);
  std::size_t slot = hashed & mask;
  for (; slots_[slot].level != kNone; slot = (slot + 1) & mask) {
    if (slots_[slot].tag != tag) continue;
    const std::string& level = levels_[slots_[slot].level];
    if (level.size() == text.size() && equal(level.data(), text.data(), text.size())) break;
  }
  return slot;
}

std::uint32_t LevelTable::add(std::string_view text) {
  if (2 * (levels_.size() + 1) > slots_.size()) grow();
  const std::uint64_t hashed = hash(text);
  const auto level = static_cast<std::uint32_t>(levels_.size());
  slots_[slot_of(text, hashed)] = {static_cast<std::uint32_t>(hashed >> 32), level};
  levels_.emplace_back(text);
  return level;
}

void LevelTable::grow() {
  slots_.assign(2 * slots_.size(), Slot{});
  for (std::uint32_t level = 0; level < levels_.size(); ++level) {
    const std::uint64_t hashed = hash(levels_[level]);
    slots_[slot_of(levels_[level], hashed)] = {static_cast<std::uint32_t>(hashed >> 32), level};
  }
}

}  // namespace mpilogit::formats
