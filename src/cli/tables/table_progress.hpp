#pragma once
// How the reading of a table is followed on a screen.

#include <string>

#include "cli/tables/output.hpp"
#include "core/stopwatch.hpp"
#include "formats/rounds.hpp"

namespace mpilogit::cli {

/// On standard error: one line that renews itself on a terminal, and elsewhere a line every few
/// seconds, so that what is quick says nothing.
class TableProgress {
 public:
  explicit TableProgress(const Output& output);

  formats::Progress line();
  /// Leaves the last line standing.
  void finish();

 private:
  void show(const char* what, std::int64_t done, std::int64_t total);

  const Output& output_;
  bool terminal_;
  bool line_open_ = false;
  core::Stopwatch clock_;
  double last_seconds_ = 0.0;
};

}  // namespace mpilogit::cli
