#pragma once
// Standard errors and what belongs to them, in the file of their model. Layout: docs/formats.md.

#include <optional>

#include "hdf5/file.hpp"
#include "model/model.hpp"

namespace mpilogit::model {

/// Writes nothing for a model without inference.
void write_inference(const hdf5::File& file, const Model& model);

/// Nothing where the file has none. `model` gives the shapes. Throws bad input if the file
/// contradicts itself.
std::optional<Inference> read_inference(const hdf5::File& file, const Model& model);

}  // namespace mpilogit::model
