#include "data/columns/class_set.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/units.hpp"

namespace mpilogit::data {

namespace {

constexpr std::size_t kMostClasses = 10000;

// Texts go as CBOR, which takes any bytes.
std::vector<std::string> gather(const std::vector<std::string>& mine,
                                const comm::Communicator& communicator) {
  std::string packed;
  nlohmann::json::to_cbor(nlohmann::json(mine), packed);
  std::vector<std::string> all;
  for (const auto& part : communicator.all_gather(packed)) {
    for (auto& text : nlohmann::json::from_cbor(part)) all.push_back(text.get<std::string>());
  }
  return all;
}

std::vector<std::int64_t> gather(const std::vector<std::int64_t>& mine,
                                 const comm::Communicator& communicator) {
  return communicator.all_gather(std::span<const std::int64_t>(mine));
}

template <class Label>
std::vector<Label> global_distinct(const std::vector<Label>& mine, const std::string& where,
                                   const comm::Communicator& communicator) {
  std::vector<Label> all = gather(mine, communicator);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (all.size() > kMostClasses) {
    throw core::agreed_bad_input(
        {.what = "has more than " + std::to_string(kMostClasses) + " different values",
         .where = where,
         .why = "that looks like the target of a regression, not like classes",
         .remedy = "Turn it into classes first, for example y > threshold"});
  }
  return all;
}

// The same list on all ranks.
void require_short(const std::vector<std::string>& classes, const std::string& where) {
  for (const auto& name : classes) {
    if (name.size() <= core::kLongestLabel) continue;
    throw core::agreed_bad_input(
        {.what = "has a label of " + std::to_string(name.size()) + " bytes",
         .where = where,
         .why = "a label has at most " + std::to_string(core::kLongestLabel),
         .remedy = "Name the classes more shortly"});
  }
}

// The place of each label among the classes.
template <class Label>
std::vector<std::uint32_t> places(const std::vector<Label>& labels,
                                  const std::vector<Label>& classes) {
  std::vector<std::uint32_t> result;
  for (const auto& label : labels) {
    const auto found = std::lower_bound(classes.begin(), classes.end(), label);
    result.push_back(static_cast<std::uint32_t>(found - classes.begin()));
  }
  return result;
}

}  // namespace

CodedLabels::CodedLabels(LabelKind kind, std::int64_t rows) : kind_(kind) {
  codes_.reserve(static_cast<std::size_t>(rows));
}

std::uint32_t CodedLabels::code_of(std::int64_t number) {
  const std::uint64_t hash = static_cast<std::uint64_t>(number) * 0x9E3779B97F4A7C15U;
  Recent& recent = recent_[hash >> 56U];
  if (!recent.used || recent.number != number) recent = {number, numbers_.code_of(number), true};
  return recent.code;
}

// Some at a time. With one class too many the rest does not matter: global_classes will refuse
// them.
template <class Label, class CodeOf>
void CodedLabels::add_codes(std::span<const Label> labels, const LabelCodes<Label>& known,
                            CodeOf code_of) {
  std::array<std::uint32_t, 1024> codes;
  for (std::size_t first = 0; first < labels.size(); first += codes.size()) {
    if (known.labels().size() > kMostClasses) return;
    const auto some = labels.subspan(first, std::min(codes.size(), labels.size() - first));
    std::transform(some.begin(), some.end(), codes.begin(), code_of);
    codes_.append(std::span(codes).first(some.size()));
  }
}

void CodedLabels::add(std::span<const std::int64_t> numbers) {
  add_codes(numbers, numbers_, [&](std::int64_t number) { return code_of(number); });
}

void CodedLabels::add(std::span<const std::string> texts) {
  add_codes(texts, texts_, [&](const std::string& text) { return texts_.code_of(text); });
}

ClassSet CodedLabels::global_classes(const std::string& where,
                                     const comm::Communicator& communicator) const {
  ClassSet classes;
  classes.kind = kind_;
  if (kind_ == LabelKind::text) {
    classes.texts = global_distinct(texts_.labels(), where, communicator);
    require_short(classes.texts, where);
  } else {
    classes.numbers = global_distinct(numbers_.labels(), where, communicator);
  }
  return classes;
}

ClassIndices CodedLabels::indices(const ClassSet& classes) && {
  codes_.translate(kind_ == LabelKind::text ? places(texts_.labels(), classes.texts)
                                            : places(numbers_.labels(), classes.numbers));
  return std::move(codes_);
}

}  // namespace mpilogit::data
