#pragma once
// A model in the forms that other programs read. What each holds: docs/export.md.

#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"

namespace mpilogit::exporting {

/// "json", "csv", …: the forms' names, in the order in which texts name them.
std::vector<std::string_view> form_names();

struct ExportOptions {
  std::string form;     ///< one of the names
  std::string name;     ///< what the model is called: the functions of a C header begin with it
  std::string program;  ///< what writes it: "mpilogit 0.1.0"
};

/// The file's contents. The same model gives the same bytes. Throws bad input, naming `where` the
/// model stands, if the form cannot hold it. Cost: O(rows × features).
std::string exported(const model::Model& model, const ExportOptions& options,
                     const std::string& where);

/// Whether the beginning of a file is that of an export in one of the forms but JSON, whatever
/// version of the program wrote it.
bool is_export(std::string_view beginning);

}  // namespace mpilogit::exporting
