#pragma once
// The part of a C header that makes features of a raw table's row.

#include <string>
#include <vector>

#include "formats/schema.hpp"

namespace mpilogit::exporting {

/// A struct of the columns and a function that encodes it. The names begin with `name`.
std::string c_encoder(const formats::Schema& schema, const std::string& name);

/// The items as a list of initialisers, in lines that begin with `indent`.
std::string listed(const std::vector<std::string>& items, const std::string& indent);

}  // namespace mpilogit::exporting
