#pragma once
// The models of a regularisation path in one file. Layout: docs/formats.md.

#include <cstdint>
#include <string>
#include <vector>

#include "model/model.hpp"

namespace mpilogit::model {

/// Format version that is written, and the newest that is read.
inline constexpr int kPathFormatVersion = 1;

/// Step s was trained with the penalty λ = lambda[s], that is l1[s] Σ|w| + ½ l2[s] ‖w‖². All
/// vectors have one element per step unless said otherwise.
struct Path {
  /// What the steps share, the centre too; its coefficients, intercepts (at the centre likewise),
  /// l1 and l2 are not used.
  Model model;
  std::vector<double> lambda;
  std::vector<double> l1;
  std::vector<double> l2;
  std::vector<double> objective;
  std::vector<double> deviance_explained;
  std::vector<std::int64_t> nonzeros;     ///< coefficients that are not 0
  std::vector<std::int64_t> data_passes;  ///< of this step alone
  std::vector<double> coefficients;       ///< row-major, steps × rows × features
  std::vector<double> intercept;          ///< row-major, steps × rows
  /// Likewise, as those of a model: empty where theirs would be.
  std::vector<double> intercept_at_centre;
  std::vector<double> coefficients_at_centre;

  std::int64_t steps() const { return static_cast<std::int64_t>(lambda.size()); }
};

/// The model of step `step`, counted from 0. Throws bad input if there is no such step.
Model model_at(const Path& path, std::int64_t step);

/// As that of a model, over all steps.
std::string coefficients_sha256(const Path& path);

/// One process. Replaces a file at `file` only when the new one is complete and on the disk.
void write_path(const std::string& file, const Path& path);

/// One process. Throws bad input if the file is no path, is of a newer format, or contradicts
/// itself.
Path read_path(const std::string& file);

/// Whether the HDF5 file says that it is one of our paths.
bool is_path(const std::string& file);

}  // namespace mpilogit::model
