#include "page/plots/plotter.hpp"

#include <optional>

#include <fmt/format.h>

#include "page/plots/gnuplot_drawing.hpp"
#include "page/plots/gnuplot_script.hpp"
#include "page/sections/assets.hpp"

namespace mpilogit::page {

namespace {

// Black stands for the colour of the text, which is light on a dark page.
std::string css(std::uint32_t colour) {
  return colour == 0 ? "currentColor" : fmt::format("#{:06x}", colour);
}

Html legend_of(const Chart& chart) {
  std::string items;
  for (const auto& series : chart.series) {
    if (series.name.empty()) continue;
    const char* kind = series.shape == Shape::dashed  ? "dashed"
                       : series.shape == Shape::boxes ? "box"
                                                      : "line";
    items += fmt::format("<li><i class=\"{}\" style=\"color:{}\"></i><bdi>{}</bdi></li>", kind,
                         css(series.colour), series.name.str());
  }
  return Html::markup(items.empty() ? "" : "<ul class=\"legend\">" + items + "</ul>");
}

// Circles over the places, seen or not, each with what a browser shows when it is pointed at.
Html marks_of(const Chart& chart, const Canvas& canvas) {
  std::string circles;
  for (const auto& mark : chart.marks) {
    const double x = canvas.x(mark.x);
    const double y = canvas.y(mark.y);
    const bool seen = x >= canvas.left() - 1 && x <= Canvas::kRight + 1 && y >= Canvas::kTop - 1 &&
                      y <= canvas.bottom() + 1;
    if (!seen) continue;  // NaN too
    circles += fmt::format("<g class=\"mark\"><circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:g}\"/>", x,
                           y, chart.mark_radius);
    if (mark.visible) {
      circles += fmt::format(
          "<circle class=\"dot\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" "
          "fill=\"{}\"/>",
          x, y, css(mark.colour));
    }
    circles += fmt::format("<title>{}</title></g>\n", mark.text.str());
  }
  return Html::markup(circles);
}

// A text, and how long it may be: the page's program narrows letters that are wider than usual.
std::string text_at(const std::string& place, const char* anchor, int room, const Html& text) {
  return fmt::format("<text {} text-anchor=\"{}\" data-room=\"{}\">{}</text>\n", place, anchor,
                     room, text.str());
}

Html names_of(const Chart& chart, const Canvas& canvas) {
  constexpr int kGap = 6;
  constexpr int kLabelRoom = 90;
  std::string texts;
  for (const auto& row : chart.row_names) {
    texts += text_at(
        fmt::format("x=\"{}\" y=\"{:.1f}\" dy=\"0.35em\"", canvas.left() - kGap, canvas.y(row.y)),
        "end", canvas.left() - 2 * kGap, row.name);
  }
  for (const auto& label : chart.labels) {
    texts += text_at(fmt::format("class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\"", canvas.x(label.x),
                                 canvas.y(label.y)),
                     "middle", kLabelRoom, label.name);
  }
  if (!chart.x.label.empty()) {
    texts += text_at(fmt::format("x=\"{}\" y=\"{}\"", (canvas.left() + Canvas::kRight) / 2,
                                 canvas.height() - kGap),
                     "middle", Canvas::kRight - canvas.left(), chart.x.label);
  }
  if (!chart.y.label.empty()) {
    texts += text_at(fmt::format("transform=\"translate(13,{}) rotate(270)\"",
                                 (canvas.bottom() + Canvas::kTop) / 2),
                     "middle", canvas.bottom() - Canvas::kTop, chart.y.label);
  }
  return Html::markup(texts);
}

}  // namespace

Html Plotter::drawing(const Chart& chart) {
  if (gnuplot_.absent()) return {};
  const std::optional<std::string> svg = gnuplot_.run(gnuplot_script(chart));
  if (gnuplot_.absent()) return {};
  const Html drawn = svg ? drawing_of(*svg) : Html();
  if (drawn.empty()) {
    failures_.push_back("the plot '" + chart.id +
                        "' is missing: " + (svg ? "gnuplot drew nothing" : gnuplot_.failure()));
  }
  return drawn;
}

Html Plotter::figure(const Chart& chart) {
  const Html drawn = drawing(chart);
  if (drawn.empty()) {
    return fill(kFigureWithoutPlot, {{"title", chart.title}, {"description", chart.description}});
  }
  const Canvas canvas(chart);
  return fill(kFigure, {{"id", Html::text(chart.id)},
                        {"width", Html::text(std::to_string(Canvas::kWidth))},
                        {"height", Html::text(std::to_string(canvas.height()))},
                        {"title", chart.title},
                        {"description", chart.description},
                        {"drawing", drawn},
                        {"names", names_of(chart, canvas)},
                        {"marks", marks_of(chart, canvas)},
                        {"legend", legend_of(chart)}});
}

}  // namespace mpilogit::page
