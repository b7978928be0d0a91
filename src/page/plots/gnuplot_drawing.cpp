#include "page/plots/gnuplot_drawing.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "page/sections/assets.hpp"

namespace mpilogit::page {

namespace {

/// The value of an attribute of a tag, "name='value'" with any quotes and blanks around the "=".
std::optional<std::string_view> attribute(std::string_view tag, std::string_view name) {
  constexpr std::string_view kBlank = " \t\n";
  for (std::size_t at = tag.find(name); at != std::string_view::npos; at = tag.find(name, at + 1)) {
    if (at == 0 || kBlank.find(tag[at - 1]) == std::string_view::npos) continue;
    const std::size_t equals = tag.find_first_not_of(kBlank, at + name.size());
    if (equals == std::string_view::npos || tag[equals] != '=') continue;
    const std::size_t open = tag.find_first_not_of(kBlank, equals + 1);
    if (open == std::string_view::npos) return std::nullopt;
    const std::size_t close = tag.find(tag[open], open + 1);
    if (close == std::string_view::npos) return std::nullopt;
    return tag.substr(open + 1, close - open - 1);
  }
  return std::nullopt;
}

// "rgb(  0, 114, 178)" as "#0072b2"; black and what is no such colour is that of the text.
std::string colour(std::string_view text) {
  if (text == "none") return "none";
  std::uint32_t value = 0;
  int channels = 0;
  for (std::size_t at = 0; at < text.size();) {
    unsigned channel = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), channel);
    if (error != std::errc()) {
      ++at;
      continue;
    }
    value = value << 8U | (channel & 0xFFU);
    ++channels;
    at = static_cast<std::size_t>(end - text.data());
  }
  if (channels != 3 || value == 0) return "currentColor";
  return fmt::format("#{:06x}", value);
}

// Numbers and the letters of path commands, with single blanks.
std::string coordinates(std::string_view text) {
  std::string clean;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t';
    if (blank && (clean.empty() || clean.back() == ' ')) continue;
    const bool allowed = blank || (c >= '0' && c <= '9') || c == '.' || c == ',' || c == '-' ||
                         c == 'M' || c == 'L' || c == 'Z' || c == 'z';
    if (allowed) clean += blank ? ' ' : c;
  }
  while (!clean.empty() && clean.back() == ' ') clean.pop_back();
  return clean;
}

class Transcriber {
 public:
  explicit Transcriber(std::string_view svg) : rest_(svg) {}

  std::string run() {
    for (std::size_t open = rest_.find('<'); open != std::string_view::npos;
         open = rest_.find('<')) {
      const std::size_t close = rest_.find('>', open);
      if (close == std::string_view::npos) break;
      const std::string_view tag = rest_.substr(open + 1, close - open - 1);
      rest_.remove_prefix(close + 1);
      take(tag);
    }
    return drawn_;
  }

 private:
  static bool is(std::string_view tag, std::string_view name) {
    return tag.substr(0, name.size()) == name &&
           (tag.size() == name.size() || tag[name.size()] == ' ' || tag[name.size()] == '\n');
  }

  void take(std::string_view tag) {
    if (is(tag, "defs")) {
      skip_past("</defs>");
    } else if (is(tag, "g")) {
      if (const auto given = attribute(tag, "stroke-width")) width_ = coordinates(*given);
      if (const auto given = attribute(tag, "transform")) transform_ = *given;
      if (const auto given = attribute(tag, "text-anchor")) anchor_ = *given;
    } else if (is(tag, "path")) {
      draw_path(tag);
    } else if (is(tag, "polygon")) {
      draw_polygon(tag);
    } else if (is(tag, "text")) {
      draw_text();
    }
  }

  void skip_past(std::string_view end) {
    const std::size_t at = rest_.find(end);
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + end.size());
  }

  // The grid is faint, whatever the page's background.
  void draw_path(std::string_view tag) {
    const std::string where = coordinates(attribute(tag, "d").value_or(""));
    if (where.find('L') == std::string::npos) return;
    const bool grid = attribute(tag, "class") == "gridline";
    drawn_ +=
        fmt::format("<path {}stroke=\"{}\" stroke-width=\"{}\"", grid ? "class=\"grid\" " : "",
                    colour(attribute(tag, "stroke").value_or("")), width_);
    if (const auto dashes = attribute(tag, "stroke-dasharray")) {
      drawn_ += fmt::format(" stroke-dasharray=\"{}\"", coordinates(*dashes));
    }
    drawn_ += fmt::format(" d=\"{}\"/>\n", where);
  }

  void draw_polygon(std::string_view tag) {
    drawn_ += fmt::format("<polygon fill=\"{}\"", colour(attribute(tag, "fill").value_or("")));
    if (const auto opacity = attribute(tag, "fill-opacity")) {
      drawn_ += fmt::format(" fill-opacity=\"{}\"", coordinates(*opacity).substr(0, 4));
    }
    drawn_ += fmt::format(" points=\"{}\"/>\n", coordinates(attribute(tag, "points").value_or("")));
  }

  // Tick labels and labels of axes: numbers, and literals of our own.
  void draw_text() {
    const std::size_t end = rest_.find("</text>");
    std::string_view words = rest_.substr(0, end);
    words.remove_prefix(std::min(words.find_first_not_of(' '), words.size()));
    skip_past("</text>");
    const auto is_word = [](std::string_view text, std::string_view allowed) {
      return text.find_first_not_of(allowed) == std::string_view::npos;
    };
    if (!is_word(transform_, "translateo(0123456789.,-) ") || !is_word(anchor_, "startmidleno")) {
      return;
    }
    if (words.find('<') != std::string_view::npos) return;
    drawn_ += fmt::format("<text transform=\"{}\" text-anchor=\"{}\">{}</text>\n", transform_,
                          anchor_, words);
  }

  std::string_view rest_;
  std::string drawn_;
  std::string width_ = "1";
  std::string transform_;
  std::string anchor_ = "start";
};

}  // namespace

Html drawing_of(const std::string& svg) {
  return Html::markup(Transcriber(svg).run());
}

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
      1.0 - screen(Canvas::kTop, canvas.height()), asset("style.gp"));
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
