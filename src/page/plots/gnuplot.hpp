#pragma once
// gnuplot as a child process: no shell, a time limit, nothing left behind.

#include <optional>
#include <string>

namespace mpilogit::page {

/// Runs scripts in a temporary folder that is removed in the end.
class Gnuplot {
 public:
  /// Throws bad input if no temporary folder can be made.
  Gnuplot();
  ~Gnuplot();
  Gnuplot(const Gnuplot&) = delete;
  Gnuplot& operator=(const Gnuplot&) = delete;

  /// What the script writes to standard output; nothing if it failed: `failure` says why. After it
  /// once took too long it is not tried again.
  std::optional<std::string> run(const std::string& script);

  const std::string& failure() const { return failure_; }
  /// Whether there is no gnuplot at all, so that it is of no use to try again.
  bool absent() const { return absent_; }

 private:
  std::string folder_;
  std::string failure_;
  bool absent_ = false;
  bool hung_ = false;
};

}  // namespace mpilogit::page
