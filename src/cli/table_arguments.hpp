#pragma once
// The options of tables of text, as the types that the workflow takes.

#include <string>
#include <vector>

#include "mpilogit/table/survey.hpp"
#include "mpilogit/table/text_files.hpp"

#include "arguments.hpp"

namespace mpilogit::cli {

table::TextSource text_source_from(const Arguments& arguments, std::vector<std::string> files);

table::TableOptions table_options_from(const Arguments& arguments);

}  // namespace mpilogit::cli
