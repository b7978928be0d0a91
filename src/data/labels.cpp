#include "mpilogit/data/labels.hpp"

namespace mpilogit::data {

std::string ClassSet::name(std::size_t index) const {
  if (kind == LabelKind::text) return texts.at(index);
  const std::int64_t number = numbers.at(index);
  if (kind == LabelKind::boolean) return number != 0 ? "true" : "false";
  return std::to_string(number);
}

}  // namespace mpilogit::data
