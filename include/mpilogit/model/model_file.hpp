#pragma once
// The model file: HDF5, whole or not at all. Layout: docs/formats.md.

#include <string>

#include "mpilogit/model/model.hpp"

namespace mpilogit::model {

/// Format version that is written, and the newest that is read.
inline constexpr int kFormatVersion = 1;

/// One process. Replaces a file at `path` only when the new one is complete and on the disk.
/// Throws bad input if it cannot be written.
void write_model(const std::string& path, const Model& model);

/// One process. Throws bad input if the file is not a model, is of a newer format, or contradicts
/// itself.
Model read_model(const std::string& path);

/// Whether the HDF5 file at `path` says that it is one of our models.
bool is_model(const std::string& path);

}  // namespace mpilogit::model
