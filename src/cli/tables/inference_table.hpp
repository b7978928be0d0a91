#pragma once
// The summary of a regression as R's summary.glm prints it.

#include <cstddef>
#include <optional>
#include <string>

#include "inference/summarize.hpp"
#include "model/model.hpp"

namespace mpilogit::cli {

struct TableLayout {
  /// Features shown in each block, the strongest first; none: as many as make a page.
  std::optional<std::size_t> top;
  bool all = false;        ///< show all features, in their order
  bool strongest = false;  ///< by |z|, even if all are shown
  bool stars = false;
  std::optional<std::size_t> width;  ///< of the width; none: as wide as needed
  std::string see_all;               ///< what shows all rows: "`--top all`"
};

/// A block for each row of coefficients (name, coefficient, standard error, z, p, interval, odds
/// ratio and its interval), then how well the model fits, what the errors are, and tests. On narrow
/// width without the odds ratio's interval, then without any interval, then without odds ratio.
std::string inference_table(const model::Model& model, const inference::Summary& summary,
                            const TableLayout& layout);

}  // namespace mpilogit::cli
