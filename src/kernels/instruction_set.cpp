#include "kernels/instruction_set.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <hwy/highway.h>
#include <iterator>

#include "core/error.hpp"

namespace mpilogit::kernels {

namespace {

struct Target {
  std::int64_t bit;
  std::string_view name;
  bool fuses;
};

/// Widest first. Highway's names for them, in its order.
constexpr std::array<Target, 9> known_targets = {{
    {HWY_AVX3, "avx512", true},
    {HWY_AVX2, "avx2", true},
    {HWY_SSE4, "sse4", false},
    {HWY_SVE2, "sve2", true},
    {HWY_SVE, "sve", true},
    {HWY_NEON, "neon", true},
    {HWY_PPC8, "ppc8", true},
    {HWY_EMU128, "plain", false},
    {HWY_SCALAR, "plain", false},
}};

/// Of those that the kernels are compiled for and the CPU has; Highway adds the plain one itself.
std::vector<Target> targets() {
  const std::int64_t current = hwy::SupportedTargets();
  hwy::SetSupportedTargetsForTest(0);  // ask the CPU again
  const std::int64_t usable = HWY_TARGETS & (hwy::SupportedTargets() | HWY_EMU128 | HWY_SCALAR);
  hwy::SetSupportedTargetsForTest(current);
  std::vector<Target> found;
  std::copy_if(known_targets.begin(), known_targets.end(), std::back_inserter(found),
               [&](const Target& target) { return (target.bit & usable) != 0; });
  return found;
}

/// The widest that was not taken away.
Target target_in_use() {
  const auto all = targets();
  const std::int64_t allowed = hwy::SupportedTargets();
  const auto used = std::find_if(all.begin(), all.end(),
                                 [&](const Target& target) { return (target.bit & allowed) != 0; });
  return used == all.end() ? all.back() : *used;
}

void restrict_to(std::int64_t targets) {
  hwy::SetSupportedTargetsForTest(targets);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (const auto& target : targets()) names.emplace_back(target.name);
  return names;
}

std::string instruction_set() {
  return std::string(target_in_use().name);
}

bool fuses_products() {
  return target_in_use().fuses;
}

void use_instruction_set(std::string_view name) {
  if (name == "auto") return restrict_to(0);
  const auto all = targets();
  const auto wanted = std::find_if(all.begin(), all.end(),
                                   [&](const Target& target) { return target.name == name; });
  if (wanted != all.end()) return restrict_to(wanted->bit);
  std::string known = "auto";
  for (const auto& target : all) known.append(", ").append(target.name);
  throw core::bad_input({.what = "there is no instruction set '" + std::string(name) + "' here",
                         .why = "this CPU and this program have: " + known,
                         .remedy = "Take one of these; 'auto' takes the widest"});
}

}  // namespace mpilogit::kernels
