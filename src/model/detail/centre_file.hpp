#pragma once
// The centre in files of models and of paths: data sets of their own, where there is a centre.

#include <cstdint>
#include <span>
#include <vector>

#include "hdf5/file.hpp"
#include "model/model.hpp"
#include "model/path_file.hpp"

namespace mpilogit::model {

struct CentredNumbers {
  std::span<const double> values;
  std::vector<std::int64_t> shape;
};

struct CentredArrays {
  CentredNumbers coefficients;  ///< empty without an expansion
  CentredNumbers intercept;
};

/// Writes nothing if `centre` is empty.
void write_centre(const hdf5::File& file, const std::vector<double>& centre,
                  const CentredArrays& arrays);

/// Fills the members of the centre, from the file; all others must be there. Throws bad input if
/// they are of other lengths, not finite, not what their SHA-256 says, or do not agree with the raw
/// form.
void read_centre(const hdf5::File& file, Model& model);
void read_centre(const hdf5::File& file, Path& path);

}  // namespace mpilogit::model
