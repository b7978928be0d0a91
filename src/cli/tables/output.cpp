#include "cli/tables/output.hpp"

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "comm/agreement.hpp"
#include "core/atomic_file.hpp"
#include "core/error.hpp"
#include "core/units.hpp"

namespace mpilogit::cli {

void Output::result(const std::string& text) const {
  if (!prints_) return;
  if (std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0) return;
  if (errno == EPIPE) return;  // the reader has seen enough, as head does
  throw core::bad_input({.what = std::string("writing failed: ") + std::strerror(errno),
                         .where = "standard output",
                         .why = {},
                         .remedy = {}});
}

void Output::remark(const std::string& line) const {
  if (prints_) std::fputs((line + "\n").c_str(), stderr);
}

void Output::print_memory_split(const data::MemorySplit& memory_split) const {
  if (memory_split.streamed == 0) return;
  remark(fmt::format("{} are in memory, of {} for each host; {} are read again in every pass",
                     core::bytes_text(memory_split.resident), core::bytes_text(memory_split.budget),
                     core::bytes_text(memory_split.streamed)));
}

void Output::warning(const std::string& text) const {
  remark("warning: " + text);
  if (events_ != nullptr) events_->warning(text);
}

std::string describe_reading(const data::Shape& shape, double seconds) {
  return fmt::format("read {} rows x {} features ({} {}, {} stored values) in {:.2f} s",
                     grouped(shape.rows), grouped(shape.features),
                     shape.sparse ? "sparse" : "dense", shape.storage, grouped(shape.nonzeros),
                     seconds);
}

std::vector<std::string> data_notes(const data::Shape& shape) {
  std::vector<std::string> notes;
  if (!shape.sparse && shape.rows == shape.features && shape.rows > 1 &&
      shape.feature_names.empty()) {
    notes.push_back(fmt::format(
        "note: X is {0} x {0}, and its first dimension is taken for the rows. If R, Julia or "
        "MATLAB wrote it, that are the features: write t(X) (permutedims(X), X') instead",
        grouped(shape.rows)));
  }
  for (const auto& name : shape.unused) {
    const std::string kind = name.substr(name.rfind('/') + 1);
    notes.push_back(fmt::format(
        "note: the data has '{}' of its rows, which nobody uses: give --{}{} to use them", name,
        kind, kind == name ? "" : "=" + name));
  }
  return notes;
}

void Output::tell_notes(const data::Shape& shape) const {
  for (const auto& note : data_notes(shape)) remark(note);
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
  print_remark("error: " + message);
}

void print_remark(const std::string& message) {
  const std::string line = "mpilogit: " + message + "\n";
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
}

void write_text(const std::string& path, const std::string& text,
                const comm::Communicator& communicator) {
  comm::on_root(communicator, [&] {
    core::AtomicFile file(path);
    file.write({std::as_bytes(std::span(text))});
    file.commit();
    return std::string();
  });
}

std::optional<std::size_t> terminal_width() {
  if (isatty(STDOUT_FILENO) != 1) return std::nullopt;
  if (const char* text = std::getenv("COLUMNS"); text != nullptr) {
    const std::string_view view(text);
    std::size_t columns = 0;
    const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), columns);
    if (error == std::errc() && end == view.data() + view.size() && columns > 0) return columns;
  }
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

}  // namespace mpilogit::cli
