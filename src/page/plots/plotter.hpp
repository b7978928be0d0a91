#pragma once
// Runs gnuplot for all plots of a page.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "page/plots/chart.hpp"

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

class Plotter {
 public:
  /// A <figure>: the plot as inline SVG with its title and description as alternative text, marks
  /// that speak when pointed at, and a legend. Without gnuplot the figure is the description alone.
  Html figure(const Chart& chart);

  /// Whether there is no gnuplot; known after the first figure.
  bool absent() const { return gnuplot_.absent(); }
  /// Of plots that failed: which, and why.
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  /// Empty if there is none.
  Html drawing(const Chart& chart);

  Gnuplot gnuplot_;
  std::vector<std::string> failures_;
};

}  // namespace mpilogit::page
