#pragma once
// A chart in gnuplot's language.

#include <string>

#include "chart.hpp"

namespace mpilogit::report {

/// The whole script, data included; it writes SVG to standard output. All that it is made of are
/// numbers and our own literals.
std::string gnuplot_script(const Chart& chart);

}  // namespace mpilogit::report
