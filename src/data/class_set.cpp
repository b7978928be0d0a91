#include "data/class_set.hpp"

#include <algorithm>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include <nlohmann/json.hpp>

#include "mpilogit/core/error.hpp"

namespace mpilogit::data {

namespace {

constexpr std::size_t kMostClasses = 10000;

// In ascending order, and no more than one too many.
template <class Label>
std::vector<Label> distinct(const std::vector<Label>& labels) {
  std::unordered_set<Label> seen;
  for (const auto& label : labels) {
    seen.insert(label);
    if (seen.size() > kMostClasses) break;
  }
  std::vector<Label> values(seen.begin(), seen.end());
  std::sort(values.begin(), values.end());
  return values;
}

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
std::vector<Label> global_distinct(const std::vector<Label>& labels, const std::string& where,
                                   const comm::Communicator& communicator) {
  const std::vector<Label> mine = distinct(labels);
  std::vector<Label> all = distinct(gather(mine, communicator));
  if (all.size() > kMostClasses) {
    throw core::bad_input(
        {.what = "has more than " + std::to_string(kMostClasses) + " different values",
         .where = where,
         .why = "that looks like the target of a regression, not like classes",
         .remedy = "Turn it into classes first, for example y > threshold"})
        .as_agreed();
  }
  return all;
}

template <class Label>
std::vector<std::uint32_t> indices(const std::vector<Label>& labels,
                                   const std::vector<Label>& classes) {
  std::unordered_map<Label, std::uint32_t> index;
  for (const auto& label : classes) index.emplace(label, static_cast<std::uint32_t>(index.size()));
  std::vector<std::uint32_t> result;
  result.reserve(labels.size());
  for (const auto& label : labels) result.push_back(index.at(label));
  return result;
}

}  // namespace

ClassSet global_classes(const RawLabels& labels, const std::string& where,
                        const comm::Communicator& communicator) {
  ClassSet classes;
  classes.kind = labels.kind;
  if (labels.kind == LabelKind::text) {
    classes.texts = global_distinct(labels.texts, where, communicator);
  } else {
    classes.numbers = global_distinct(labels.numbers, where, communicator);
  }
  return classes;
}

std::vector<std::uint32_t> class_indices(const RawLabels& labels, const ClassSet& classes) {
  return labels.kind == LabelKind::text ? indices(labels.texts, classes.texts)
                                        : indices(labels.numbers, classes.numbers);
}

}  // namespace mpilogit::data
