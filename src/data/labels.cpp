#include "data/labels.hpp"

#include <algorithm>

namespace mpilogit::data {

namespace {

constexpr std::uint32_t kNarrow = 256;

}  // namespace

std::string ClassSet::name(std::size_t index) const {
  if (kind == LabelKind::text) return texts.at(index);
  const std::int64_t number = numbers.at(index);
  if (kind == LabelKind::boolean) return number != 0 ? "true" : "false";
  return std::to_string(number);
}

void ClassIndices::widen() {
  wide_.reserve(narrow_.capacity());
  wide_.assign(narrow_.begin(), narrow_.end());
  narrow_ = {};
}

void ClassIndices::append(std::span<const std::uint32_t> indices) {
  const auto to = [&](auto& all) {
    using Index = typename std::remove_cvref_t<decltype(all)>::value_type;
    const std::size_t before = all.size();
    all.resize(before + indices.size());
    for (std::size_t i = 0; i < indices.size(); ++i) {
      all[before + i] = static_cast<Index>(indices[i]);
    }
  };
  std::uint32_t bits = 0;
  for (const std::uint32_t index : indices) bits |= index;
  const bool wide = !wide_.empty() || bits >= kNarrow;
  if (wide && wide_.empty()) widen();
  if (wide) {
    to(wide_);
  } else {
    to(narrow_);
  }
}

void ClassIndices::translate(std::span<const std::uint32_t> to) {
  const auto in = [&](auto& indices) {
    using Index = typename std::remove_cvref_t<decltype(indices)>::value_type;
    for (auto& index : indices) index = static_cast<Index>(to[index]);
  };
  if (!to.empty() && *std::max_element(to.begin(), to.end()) >= kNarrow && wide_.empty()) widen();
  in(narrow_);
  in(wide_);
}

}  // namespace mpilogit::data
