#pragma once
// How the text of LIBSVM that rows came from numbers its columns.

#include <cstdint>
#include <string>

#include "hdf5/file.hpp"

namespace mpilogit::data {

struct ColumnNumbers {
  std::int64_t base = -1;  ///< of the first column: 0 or 1; −1: not from such a text
  bool certain = false;    ///< a column 0 occurs, or somebody said so; else 1 is a guess

  bool known() const { return base >= 0; }
  /// Whether columns of the one may not be those of the other: another base, and one is a guess.
  bool contradicts(const ColumnNumbers& other) const {
    return known() && other.known() && base != other.base && !(certain && other.certain);
  }
  bool operator==(const ColumnNumbers&) const = default;
};

/// As attributes of an object of a file: of the features of a data set, of the root of a model.
void write_column_numbers(const hdf5::File& file, const std::string& object,
                          const ColumnNumbers& numbers);
ColumnNumbers read_column_numbers(const hdf5::File& file, const std::string& object);

}  // namespace mpilogit::data
