#include "page/plots/gnuplot_script.hpp"

#include <cmath>

#include <fmt/format.h>

#include "page/sections/assets.hpp"

namespace mpilogit::page {

namespace {

std::size_t columns_of(Shape shape) {
  switch (shape) {
    case Shape::line:
    case Shape::dashed:
      return 2;
    case Shape::contours:
      return 3;
    case Shape::segments:
    case Shape::boxes:
      return 4;
    case Shape::cells:
      return 5;
  }
  return 2;
}

// A named block of lines; what is not finite interrupts a line.
std::string data_block(const std::string& name, const Series& series) {
  const std::size_t columns = columns_of(series.shape);
  std::string block = name + " << END\n";
  const std::size_t rows = series.values.size() / columns;
  for (std::size_t i = 0; i < rows; ++i) {
    bool finite = true;
    std::string line;
    for (std::size_t c = 0; c < columns; ++c) {
      const double value = series.values[i * columns + c];
      finite = finite && std::isfinite(value);
      // Colours are whole numbers, and must stay so.
      line += c == 4 ? fmt::format("{:.0f} ", value) : fmt::format("{:.8g} ", value);
    }
    block += finite ? line + "\n" : "\n";
    if (series.grid_width > 0 && (i + 1) % series.grid_width == 0) block += "\n";
  }
  return block + "END\n";
}

// 1, 2 or 5 times a power of ten, so that there are at most `most` parts.
double tick_step(const Axis& axis, double most) {
  const double least = (axis.high - axis.low) / most;
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least) return factor * power;
  }
  return 10.0 * power;
}

std::string axis(const char* name, const Axis& axis) {
  std::string text = fmt::format("set {}range [{:.10g}:{:.10g}]\n", name, axis.low, axis.high);
  if (axis.logarithmic) text += fmt::format("set logscale {}\n", name);
  constexpr double kMostParts = 6.0;  // more, and long numbers touch
  if (!axis.logarithmic)
    text += fmt::format("set {}tics {:.10g}\n", name, tick_step(axis, kMostParts));
  if (!axis.ticks) text += fmt::format("unset {}tics\n", name);
  return text;
}

// Contours are lines that gnuplot computes first.
std::string contour_block(const std::string& name, const Series& series) {
  std::string levels;
  for (const double level : series.levels) levels += fmt::format(",{:.6g}", level);
  return fmt::format(
      "set contour base\nunset surface\nset cntrparam levels discrete {}\n"
      "set table {}_lines\nsplot {} using 1:2:3\nunset table\nunset contour\n",
      levels.substr(1), name, name);
}

std::string plot_of(const std::string& name, const Series& series) {
  const std::string line = fmt::format("lw {:.3g} lc rgb \"#{:06x}\"", series.width, series.colour);
  const char* box = "(0.5*($1+$2)):(0.5*($3+$4)):1:2:3:4";
  switch (series.shape) {
    case Shape::line:
      return fmt::format("{} using 1:2 with lines {}", name, line);
    case Shape::dashed:
      return fmt::format("{} using 1:2 with lines dt 2 {}", name, line);
    case Shape::segments:
      return fmt::format("{} using 1:2:($3-$1):($4-$2) with vectors nohead {}", name, line);
    case Shape::boxes:
      return fmt::format(
          "{} using {} with boxxyerror fs transparent solid {:.3g} noborder lc rgb \"#{:06x}\"",
          name, box, series.opacity, series.colour);
    case Shape::cells:
      return fmt::format("{} using {}:5 with boxxyerror fs solid noborder lc rgb variable", name,
                         box);
    case Shape::contours:
      return fmt::format("{}_lines using 1:2 with lines {}", name, line);
  }
  return {};
}

}  // namespace

std::string gnuplot_script(const Chart& chart) {
  const Canvas canvas(chart);
  const auto screen = [](int length, int of) { return static_cast<double>(length) / of; };
  std::string script = fmt::format(
      "width = {}\nheight = {}\nleft = {:.10g}\nright = {:.10g}\nbottom = {:.10g}\n"
      "top = {:.10g}\n{}",
      Canvas::kWidth, canvas.height(), screen(canvas.left(), Canvas::kWidth),
      screen(Canvas::kRight, Canvas::kWidth), 1.0 - screen(canvas.bottom(), canvas.height()),
      1.0 - screen(Canvas::kTop, canvas.height()), kStyle);
  script += axis("x", chart.x) + axis("y", chart.y);
  std::string plots;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    if (chart.series[i].values.empty()) continue;  // it is for the legend
    const std::string name = fmt::format("$data{}", i);
    script += data_block(name, chart.series[i]);
    if (chart.series[i].shape == Shape::contours) script += contour_block(name, chart.series[i]);
    plots += (plots.empty() ? "plot " : ", \\\n  ") + plot_of(name, chart.series[i]);
  }
  return script + (plots.empty() ? "plot NaN" : plots) + "\n";
}

}  // namespace mpilogit::page
