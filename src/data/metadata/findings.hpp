#pragma once
// What is found in a file that nothing can be made of, and how it is told.

#include <cstdint>
#include <optional>
#include <string>

#include "comm/communicator.hpp"
#include "core/error.hpp"
#include "data/metadata/metadata.hpp"

namespace mpilogit::data {

struct Finding {
  std::int64_t count = 0;
  std::int64_t row = 0;     ///< of the first, global
  std::int64_t column = 0;  ///< of the first, where that means something
  int kind = 0;             ///< of the first, as the finder counts kinds

  /// Bad values must be added in ascending order of rows.
  void add(std::int64_t at_row, std::int64_t at_column = 0, int of_kind = 0) {
    if (count++ > 0) return;
    row = at_row;
    column = at_column;
    kind = of_kind;
  }

  /// Those of `other` too, found in other rows.
  void add_all(const Finding& other) {
    const std::int64_t total = count + other.count;
    if (other.count > 0 && (count == 0 || other.row < row)) *this = other;
    count = total;
  }
};

/// Collective. The findings of all ranks as one; nothing if there are none.
std::optional<Finding> combine(const Finding& mine, const comm::Communicator& communicator);

/// What is wrong, of one value and of several: {"label is unusable", "labels are unusable"}.
struct Fault {
  const char* of_one;
  const char* of_several;
};

/// "3 labels are unusable, the first in row 7": an error at the file of the first. `name` is the
/// data set's, `why` and `remedy` complete the message.
core::Error bad_values(const Metadata& metadata, const std::string& name, const Finding& finding,
                       const Fault& fault, const std::string& why, const std::string& remedy);

/// Collective. Throws if there is a value on any rank that is NaN or infinite: how many, and the
/// first with its row and column. `mine` are this rank's, `name` is the features' data set.
void require_finite(const Finding& mine, const Metadata& metadata, const std::string& name,
                    const comm::Communicator& communicator);

}  // namespace mpilogit::data
