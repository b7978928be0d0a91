#pragma once
// Standard output and error: what is printed, and on how wide a terminal.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "running/events.hpp"

namespace mpilogit::cli {

class Output {
 public:
  Output(const comm::Communicator& communicator, bool quiet)
      : prints_(communicator.is_root() && !quiet) {}
  /// Warnings are events too.
  Output(const comm::Communicator& communicator, bool quiet, running::Events& events)
      : prints_(communicator.is_root() && !quiet), events_(&events) {}

  /// Results, on standard output. Throws if they cannot be written, but not if nobody reads them.
  void result(const std::string& text) const;
  /// Progress and remarks, on standard error.
  void remark(const std::string& line) const;
  /// A remark that begins with "warning: ".
  void warning(const std::string& text) const;
  /// "1.2 GiB are in memory, of 4.0 GiB for each host; 7.5 GiB are read again in every pass";
  /// nothing if all is in memory.
  void print_memory_split(const data::MemorySplit& memory_split) const;
  /// A remark for each of `data_notes`.
  void tell_notes(const data::Shape& shape) const;
  bool prints() const { return prints_; }

 private:
  bool prints_;
  running::Events* events_ = nullptr;
};

/// "read 1,000 rows x 20 features (dense float32, 20,000 stored values) in 0.01 s".
std::string describe_reading(const data::Shape& shape, double seconds);

/// What a reader of the data should know: that X is square and could be transposed, that numbers of
/// rows stand beside it which nobody uses.
std::vector<std::string> data_notes(const data::Shape& shape);

/// "1234567" as "1,234,567".
std::string grouped(std::int64_t number);

/// Prints "mpilogit: error: …" on standard error, whole, in one write.
void print_error(const std::string& message);

/// Likewise what is no error: "mpilogit: …".
void print_remark(const std::string& message);

/// Collective. Writes `text` to `path`, whole or not at all, from the root.
void write_text(const std::string& path, const std::string& text,
                const comm::Communicator& communicator);

/// Columns of the terminal that standard output is (the variable COLUMNS, else what the terminal
/// says); nothing if it is none or does not say, as under mpirun.
std::optional<std::size_t> terminal_width();

}  // namespace mpilogit::cli
