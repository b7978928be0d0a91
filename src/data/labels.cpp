#include "mpilogit/data/labels.hpp"

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

void ClassIndices::push_back(std::uint32_t index) {
  if (wide_.empty() && index < kNarrow) {
    narrow_.push_back(static_cast<std::uint8_t>(index));
    return;
  }
  if (wide_.empty()) widen();
  wide_.push_back(static_cast<std::uint16_t>(index));
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
