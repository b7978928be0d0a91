#pragma once
// The files that a command line names: those that are read, and those that are written.

#include <string>
#include <vector>

#include "cli/options/arguments.hpp"

namespace mpilogit::cli {

struct NamedFile {
  std::string path;
  std::string option;     ///< that names it; empty for a positional argument
  bool appended = false;  ///< written on, not replaced

  /// Whether there is such a file, and it is none of devices, pipes and folders.
  bool there() const;
};

/// As the option table and the positional arguments have them; files that these refer to are not
/// among them.
std::vector<NamedFile> files_read(const Arguments& arguments);

/// Likewise; with those whose names are made from the ones that are given, such as
/// CHECKPOINT.previous.
std::vector<NamedFile> files_written(const Arguments& arguments);

/// Whether one of those that are written is there already.
bool replaces_files(const Arguments& arguments);

}  // namespace mpilogit::cli
