#include "cli/tables/progress_lines.hpp"

#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/tables/number_texts.hpp"

namespace mpilogit::cli {

namespace {

constexpr std::int64_t kAllLinesUntil = 20;
constexpr double kSecondsBetweenLines = 1.0;

}  // namespace

ProgressLines::ProgressLines(const Output& output)
    : TellsOfCheckpoints(output), terminal_(isatty(STDERR_FILENO) == 1) {}

void ProgressLines::data_read(const data::Dataset& dataset, double seconds) {
  output().remark(describe_reading(dataset.shape(), seconds));
  output().tell_notes(dataset.shape());
  output().tell_residence(dataset.residence());
  if (!terminal_) {
    output().remark("iteration        objective  estimated gap  gradient norm  passes   seconds");
  }
}

void ProgressLines::progress(const solvers::Progress& progress, double seconds) {
  if (!output().speaks()) return;
  const bool early = progress.iteration <= kAllLinesUntil;
  if (!terminal_ && !early && seconds - last_seconds_ < kSecondsBetweenLines) return;
  last_seconds_ = seconds;
  if (terminal_) {
    std::fputs(fmt::format("\r\033[Kiteration {}  objective {:.10g}  gap {}  passes {}  {:.1f} s",
                           progress.iteration, progress.objective,
                           size_text(progress.estimated_gap), progress.data_passes, seconds)
                   .c_str(),
               stderr);
    std::fflush(stderr);
    line_open_ = true;
  } else {
    output().remark(fmt::format("{:9}  {:15.12g}  {:>13}  {:>13}  {:6}  {:8.2f}",
                                progress.iteration, progress.objective,
                                size_text(progress.estimated_gap),
                                size_text(progress.gradient_norm), progress.data_passes, seconds));
  }
}

void ProgressLines::finish() {
  if (line_open_) output().remark("");
  line_open_ = false;
}

}  // namespace mpilogit::cli
