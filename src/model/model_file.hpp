#pragma once
// The model file: HDF5, whole or not at all. Layout: docs/formats.md.

#include <string>

#include "model/model.hpp"

namespace mpilogit::model {

/// The newest format that is read. Written is 1 wherever a program that knows only that could read
/// the model: two classes, no expansion.
inline constexpr int kFormatVersion = 2;

/// One process. Replaces a file at `path` only when the new one is complete and on the disk.
/// Throws bad input if it cannot be written.
void write_model(const std::string& path, const Model& model);

/// One process. Throws bad input if the file is not a model, is of a newer format, or contradicts
/// itself.
Model read_model(const std::string& path);

/// Whether the HDF5 file at `path` says that it is one of our models.
bool is_model(const std::string& path);

}  // namespace mpilogit::model
