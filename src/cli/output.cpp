#include "output.hpp"

#include <cstdio>
#include <fstream>
#include <unistd.h>

#include <fmt/format.h>

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/core/atomic_file.hpp"
#include "mpilogit/core/error.hpp"

namespace mpilogit::cli {

namespace {

constexpr std::int64_t kAllLinesUntil = 20;
constexpr double kSecondsBetweenLines = 1.0;

}  // namespace

void Output::result(const std::string& text) const {
  if (!speaks_) return;
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

void Output::remark(const std::string& line) const {
  if (speaks_) std::fputs((line + "\n").c_str(), stderr);
}

void Output::warning(const std::string& text) const {
  remark("warning: " + text);
  if (events_ != nullptr) events_->warning(text);
}

ProgressLines::ProgressLines(const Output& output)
    : output_(output), terminal_(isatty(STDERR_FILENO) == 1) {}

void ProgressLines::data_read(const data::Dataset& dataset, double seconds) {
  output_.remark(describe_reading(dataset.shape(), seconds));
  if (!terminal_) {
    output_.remark("iteration        objective  estimated gap  gradient norm  passes   seconds");
  }
}

void ProgressLines::progress(const solvers::Progress& progress, double seconds) {
  if (!output_.speaks()) return;
  const bool early = progress.iteration <= kAllLinesUntil;
  if (!terminal_ && !early && seconds - last_seconds_ < kSecondsBetweenLines) return;
  last_seconds_ = seconds;
  if (terminal_) {
    std::fputs(
        fmt::format("\r\033[Kiteration {}  objective {:.10g}  gap {:.2e}  passes {}  {:.1f} s",
                    progress.iteration, progress.objective, progress.estimated_gap,
                    progress.data_passes, seconds)
            .c_str(),
        stderr);
    std::fflush(stderr);
    line_open_ = true;
  } else {
    output_.remark(fmt::format("{:9}  {:15.12g}  {:13.2e}  {:13.2e}  {:6}  {:8.2f}",
                               progress.iteration, progress.objective, progress.estimated_gap,
                               progress.gradient_norm, progress.data_passes, seconds));
  }
}

void ProgressLines::finish() {
  if (line_open_) output_.remark("");
  line_open_ = false;
}

std::string describe_reading(const data::Shape& shape, double seconds) {
  return fmt::format("read {} rows x {} features ({} {}, {} stored values) in {:.2f} s",
                     grouped(shape.rows), grouped(shape.features),
                     shape.sparse ? "sparse" : "dense", shape.storage, grouped(shape.nonzeros),
                     seconds);
}

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0);
       at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

void print_error(const std::string& message) {
  const std::string line = "mpilogit: error: " + message + "\n";
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
}

void write_text(const std::string& path, const std::string& text,
                const comm::Communicator& communicator) {
  comm::on_root(communicator, [&] {
    core::AtomicFile file(path);
    std::ofstream stream(file.temporary_path(), std::ios::binary);
    stream << text;
    stream.close();
    if (!stream) {
      throw core::bad_input(
          {.what = "writing failed", .where = path, .why = {}, .remedy = "Check the free space"});
    }
    file.commit();
    return std::string();
  });
}

}  // namespace mpilogit::cli
