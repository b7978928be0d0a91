#include "cli/tables/table_progress.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>

namespace mpilogit::cli {

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
  if (!output_.speaks()) return;
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
