#pragma once
// Coefficients in JSON: of `export`, or scikit-learn's attributes by their names.

#include <string>

#include "exporting/coefficient_table.hpp"

namespace mpilogit::exporting {

/// Throws std::exception that says what is wrong; of the schema in it bad input, naming `where`.
ImportedModel model_from_json(const std::string& text, const TableOptions& options,
                              const std::string& where);

}  // namespace mpilogit::exporting
