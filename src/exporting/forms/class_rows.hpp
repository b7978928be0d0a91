#pragma once
// Coefficients class by class, as tables have them, as a model.

#include <optional>
#include <string>
#include <vector>

#include "data/labels.hpp"
#include "model/model.hpp"

namespace mpilogit::exporting {

/// The coefficients that speak for one class.
struct ClassRow {
  double intercept = 0.0;
  std::vector<double> coefficients;
};

/// Classes in any order. Those after the reference, or all if there is none, have a row.
struct ClassRows {
  data::ClassSet classes;  ///< in the order of the table
  bool reference = false;  ///< the first class has no row: it stands at 0
  bool one_vs_rest = false;
  std::vector<ClassRow> rows;
  std::vector<std::string> feature_names;  ///< empty: there are none
};

/// Throws std::invalid_argument(what) unless it holds.
void require(bool holds, const std::string& what);

/// Classes by their names: numbers if all are whole numbers, else truth values if they are `true`
/// and `false`, else texts.
data::ClassSet classes_named(const std::vector<std::string>& names);

/// A model of the same probabilities whose classes ascend. Throws std::invalid_argument if the rows
/// make none.
model::Model model_of(ClassRows table);

}  // namespace mpilogit::exporting
