// gnuplot's SVG keeps what it draws and loses all else.

#include "page/plots/gnuplot_drawing.hpp"
#include "support/catch.hpp"

using mpilogit::page::drawing_of;

TEST_CASE("paths, polygons and texts stay") {
  const std::string svg = R"svg(<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg"><title>Gnuplot</title>
<defs><path id='gpPt0' stroke='currentColor' d='M-1,0 L1,2'/></defs>
<g fill="none" color="black" stroke="currentColor" stroke-width="2.00">
	<path stroke='rgb(  0, 114, 178)' stroke-dasharray='2.5,4.0'  d='M72.00,285.60 L266.40,70.73
		L460.79,17.01  '/></g>
<g stroke-width="0.50"><path stroke='black' class="gridline" d='M1,2 L3,4'/></g>
<path stroke='black' d='M1,2'/>
<g id="gnuplot_plot_1" ><title>$data0 using 1:2</title>
<polygon fill = 'rgb(230, 159,   0)' fill-opacity = '0.400000' points = '72.00,285.60 91.45,285.60 '/></g>
<g transform="translate(18.65,151.31) rotate(270)" fill="black" text-anchor="middle">
	<text> 0.2</text></g>
<use xlink:href='#gpDot'/><script>alert(1)</script></svg>)svg";
  CHECK(drawing_of(svg).str() ==
        "<path stroke=\"#0072b2\" stroke-width=\"2.00\" stroke-dasharray=\"2.5,4.0\" "
        "d=\"M72.00,285.60 L266.40,70.73 L460.79,17.01\"/>\n"
        "<path class=\"grid\" stroke=\"currentColor\" stroke-width=\"0.50\" d=\"M1,2 L3,4\"/>\n"
        "<polygon fill=\"#e69f00\" fill-opacity=\"0.40\" points=\"72.00,285.60 91.45,285.60\"/>\n"
        "<text transform=\"translate(18.65,151.31) rotate(270)\" text-anchor=\"middle\">0.2"
        "</text>\n");
}

TEST_CASE("a program that only claims to be gnuplot cannot put markup on the page") {
  CHECK(drawing_of("<text><b onclick='x'>1</b></text>").str().empty());
  CHECK(drawing_of("<g transform=\"x()\"/><text>1</text>").str().empty());
  CHECK(drawing_of("<path stroke='\"x' d='M0,0 L1,1\" onclick=\"'/>").str() ==
        "<path stroke=\"currentColor\" stroke-width=\"1\" d=\"M0,0 L1,1\"/>\n");
  CHECK(drawing_of("nothing").str().empty());
  CHECK(drawing_of("<path").str().empty());
}
