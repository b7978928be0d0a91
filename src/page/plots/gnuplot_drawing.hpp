#pragma once
// gnuplot's SVG, reduced to what it draws.

#include <string>

#include "page/sections/html.hpp"

namespace mpilogit::page {

/// Paths, polygons and texts of `svg`, with nothing else: no ids (gnuplot uses the same in every
/// plot), definitions, links or scripts. Black becomes the colour of the page's text.
Html drawing_of(const std::string& svg);

}  // namespace mpilogit::page
