#pragma once
// From the labels of each rank to the classes of all.

#include <array>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "comm/communicator.hpp"
#include "data/labels.hpp"

namespace mpilogit::data {

/// Distinct labels in the order in which they appeared, and each one's place in that order.
template <class Label>
class LabelCodes {
 public:
  std::uint32_t code_of(const Label& label) {
    const auto [found, is_new] =
        codes_.try_emplace(label, static_cast<std::uint32_t>(labels_.size()));
    if (is_new) labels_.push_back(label);
    return found->second;
  }
  const std::vector<Label>& labels() const { return labels_; }

 private:
  std::unordered_map<Label, std::uint32_t> codes_;
  std::vector<Label> labels_;
};

/// One rank's labels as they come, kept as codes: a byte or two per row.
class CodedLabels {
 public:
  CodedLabels() = default;
  CodedLabels(LabelKind kind, std::int64_t rows);

  void add(std::span<const std::int64_t> numbers);
  void add(std::span<const std::string> texts);

  /// Collective. The distinct labels of all ranks. Throws, naming `where`, if there are more than
  /// 10,000. Cost: one gathering of each rank's distinct labels.
  ClassSet global_classes(const std::string& where, const comm::Communicator& communicator) const;

  /// Index in `classes` of each label, in the place of the codes.
  ClassIndices indices(const ClassSet& classes) &&;

 private:
  // Numbers that came lately, where their hash says: a look here instead of into the map.
  struct Recent {
    std::int64_t number = 0;
    std::uint32_t code = 0;
    bool used = false;
  };
  std::uint32_t code_of(std::int64_t number);
  template <class Label, class CodeOf>
  void add_codes(std::span<const Label> labels, const LabelCodes<Label>& known, CodeOf code_of);

  LabelKind kind_ = LabelKind::integer;
  LabelCodes<std::int64_t> numbers_;
  LabelCodes<std::string> texts_;
  std::array<Recent, 256> recent_{};
  ClassIndices codes_;
};

}  // namespace mpilogit::data
