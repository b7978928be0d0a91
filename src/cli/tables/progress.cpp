#include "cli/tables/progress.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/tables/texts.hpp"

namespace mpilogit::cli {

void FitEvents::progress(const solvers::Progress& progress, double seconds) {
  events().pass(progress);
  other().progress(progress, seconds);
}

void PathEvents::step(const model::Path& path) {
  events().step(path);
  other().step(path);
}

void CrossValidateEvents::folds_done(double l1_ratio, std::int64_t data_passes, double seconds) {
  events().folds(l1_ratio, data_passes);
  other().folds_done(l1_ratio, data_passes, seconds);
}

void CrossValidateEvents::refit_progress(const solvers::Progress& progress) {
  events().pass(progress);
  other().refit_progress(progress);
}

namespace {

constexpr std::int64_t kAllLinesUntil = 20;
constexpr double kSecondsBetweenLines = 1.0;

}  // namespace

ProgressLines::ProgressLines(const Output& output)
    : TellsOfCheckpoints(output), terminal_(isatty(STDERR_FILENO) == 1) {}

void ProgressLines::data_read(const data::Dataset& dataset, double seconds) {
  output().remark(describe_reading(dataset.shape(), seconds));
  output().tell_notes(dataset.shape());
  output().print_memory_split(dataset.memory_split());
  if (!terminal_) {
    output().remark("iteration        objective  estimated gap  gradient norm  passes   seconds");
  }
}

void ProgressLines::progress(const solvers::Progress& progress, double seconds) {
  if (!output().prints()) return;
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

namespace {

constexpr double kSecondsBetweenTableLines = 5.0;
constexpr double kSecondsBetweenRenewals = 0.1;

// "[#####               ]  25 %".
std::string bar(double share) {
  constexpr std::size_t kWidth = 30;
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(kWidth));
  return fmt::format("[{}{}] {:3.0f} %", std::string(filled, '#'),
                     std::string(kWidth - filled, ' '), 100.0 * share);
}

}  // namespace

TableProgress::TableProgress(const Output& output)
    : output_(output), terminal_(isatty(STDERR_FILENO) == 1) {}

formats::Progress TableProgress::line() {
  return
      [this](const char* what, std::int64_t done, std::int64_t total) { show(what, done, total); };
}

void TableProgress::show(const char* what, std::int64_t done, std::int64_t total) {
  if (!output_.prints()) return;
  const double seconds = clock_.seconds();
  if (seconds - last_seconds_ < (terminal_ ? kSecondsBetweenRenewals : kSecondsBetweenTableLines)) {
    return;
  }
  last_seconds_ = seconds;
  // Of compressed files the length of the text is not known beforehand.
  const double share = std::min(
      1.0, static_cast<double>(done) / static_cast<double>(std::max<std::int64_t>(1, total)));
  const std::string text = fmt::format("{:<22} {}  {} MB  {:.1f} s", what, bar(share),
                                       grouped(done / 1'000'000), seconds);
  if (!terminal_) {
    output_.remark(text);
    return;
  }
  std::fputs(("\r\033[K" + text).c_str(), stderr);
  std::fflush(stderr);
  line_open_ = true;
}

void TableProgress::finish() {
  if (line_open_) output_.remark("");
  line_open_ = false;
}

}  // namespace mpilogit::cli
