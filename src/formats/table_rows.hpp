#pragma once
// The rows of a table, each on the rank that its text belongs to.

#include <memory>
#include <string>

#include "comm/communicator.hpp"
#include "core/error.hpp"
#include "core/function_ref.hpp"
#include "formats/rounds.hpp"
#include "formats/row_reader.hpp"
#include "formats/text_files.hpp"

namespace mpilogit::formats {

/// Collective. Hands every row of this rank's stretches on, in order. Throws as `in_rounds` does.
/// `what` names it for the progress.
void for_each_row(const TextFiles& files, const comm::Communicator& communicator, const char* what,
                  const Progress& progress, core::FunctionRef<void(const Row&)> handle);

/// Some of this rank's rows: those at the begin of its first stretch, as far as they are sound.
void sample_rows(const TextFiles& files, core::FunctionRef<void(const Row&)> handle);

/// An error of the user's input, in this row.
core::Error bad_row(const TextFiles& files, const Row& row, const std::string& what,
                    const std::string& why, const std::string& remedy);

}  // namespace mpilogit::formats
