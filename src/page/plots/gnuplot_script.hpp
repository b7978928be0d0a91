#pragma once
// A chart in gnuplot's language.

#include <string>

#include "page/plots/chart.hpp"

namespace mpilogit::page {

/// The whole script, data included; it writes SVG to standard output. It is made of numbers and our
/// own literals: no word of anyone else's is in it.
std::string gnuplot_script(const Chart& chart);

}  // namespace mpilogit::page
