#pragma once
// The options of tables of text, as the types that the workflow takes.

#include <optional>
#include <string>
#include <vector>

#include "cli/options/arguments.hpp"
#include "cli/tables/output.hpp"
#include "comm/communicator.hpp"
#include "formats/rounds.hpp"
#include "formats/survey.hpp"
#include "formats/text_files.hpp"
#include "scoring/raw_table.hpp"

namespace mpilogit::cli {

formats::TextSource text_source_from(const Arguments& arguments, std::vector<std::string> files);

formats::TableOptions table_options_from(const Arguments& arguments);

/// Collective. How predict and evaluate read files that are tables, not HDF5; nothing if they are
/// HDF5. Throws if an option was given that is for the other kind.
std::optional<scoring::RawOptions> raw_options_from(const Arguments& arguments,
                                                    const std::vector<std::string>& files,
                                                    const comm::Communicator& communicator);

/// What is worth a word about a table that was read.
void tell(const scoring::RawTableResult& result, const Output& output);

/// Collective. Throws, saying how to import it, if a file is a table for a command that cannot read
/// tables.
void refuse_tables(const std::vector<std::string>& files, const comm::Communicator& communicator);

}  // namespace mpilogit::cli
