#pragma once
// The header of an .npy file: a dictionary as Python writes it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mpilogit::formats {

struct NpyHeader {
  std::string type;  ///< as numpy writes it: "<f8"; of structured types the whole list
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

/// Nothing if the text is no such dictionary.
std::optional<NpyHeader> parse_npy_header(const std::string& text);

}  // namespace mpilogit::formats
