#pragma once
// A drawing in gnuplot's language, and as the SVG that it makes.

#include <string>

#include "page/plots/chart.hpp"
#include "page/sections/html.hpp"

namespace mpilogit::page {

/// Paths, polygons and texts of `svg`, with nothing else: no ids (gnuplot uses the same in every
/// plot), definitions, links or scripts. Black becomes the colour of the page's text.
Html drawing_of(const std::string& svg);

/// The whole script, data included; it writes SVG to standard output. It is made of numbers and our
/// own literals: no word of anyone else's is in it.
std::string gnuplot_script(const Chart& chart);

}  // namespace mpilogit::page
