#pragma once
// Charts as figures of a page.

#include <memory>
#include <string>
#include <vector>

#include "page/plots/chart.hpp"
#include "page/plots/gnuplot.hpp"

namespace mpilogit::page {

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
