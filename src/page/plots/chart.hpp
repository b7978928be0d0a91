#pragma once
// What a plot shows, in the data's own terms. gnuplot sees the numbers only, all words are added
// later.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "page/sections/html.hpp"

namespace mpilogit::page {

/// Okabe and Ito's palette ("Color Universal Design", 2008), which the colour-blind can tell apart,
/// in an order in which the first are also well seen on white and on black.
inline constexpr std::array<std::uint32_t, 8> kPalette = {0x0072B2, 0xE69F00, 0x009E73, 0xCC79A7,
                                                          0x56B4E9, 0xD55E00, 0x8C8C8C, 0xF0E442};

inline std::uint32_t palette(std::size_t index) {
  return kPalette[index % kPalette.size()];
}

struct Axis {
  Html label = {};  ///< with the unit
  double low = 0.0;
  double high = 1.0;
  bool logarithmic = false;
  bool ticks = true;
};

enum class Shape {
  line,      ///< x y
  dashed,    ///< x y
  segments,  ///< x y x′ y′: each its own line
  boxes,     ///< x x′ y y′: filled
  cells,     ///< x x′ y y′ colour: filled, 0xAARRGGBB with AA = 255: invisible
  contours,  ///< x y z on a grid, x running first; lines of equal z
};

struct Series {
  Shape shape = Shape::line;
  std::uint32_t colour = kPalette[0];
  double width = 2.0;               ///< of the line
  double opacity = 1.0;             ///< of boxes
  std::vector<double> values = {};  ///< row-major, as the shape says
  std::vector<double> levels = {};  ///< of contours
  std::size_t grid_width = 0;       ///< of contours: points of one y
  Html name = {};                   ///< for the legend; empty: not there
};

/// What is told of a place when it is pointed at.
struct Mark {
  double x = 0.0;
  double y = 0.0;
  Html text;
  std::uint32_t colour = kPalette[0];
  bool visible = false;  ///< a dot is there
};

/// A name in the place of a number on the y axis.
struct RowName {
  double y = 0.0;
  Html name;
};

/// A name at a place of the plot.
struct Label {
  double x = 0.0;
  double y = 0.0;
  Html name;
};

struct Chart {
  std::string id;  ///< unique on the page: our own words
  Html title;
  Html description;  ///< the key numbers in words
  Axis x;
  Axis y;
  std::vector<Series> series;
  std::vector<Mark> marks;
  std::vector<RowName> row_names;
  std::vector<Label> labels;
  double mark_radius = 6.0;  ///< in units of the drawing, of what reacts to the pointer
  int height = 320;
};

/// Where on the drawing the axes lie; lengths in the drawing's units, y downwards.
class Canvas {
 public:
  static constexpr int kWidth = 460;
  static constexpr int kRight = kWidth - 28;
  static constexpr int kTop = 12;
  static constexpr int kBelow = 46;

  explicit Canvas(const Chart& chart);

  int height() const { return height_; }
  int left() const { return left_; }
  int bottom() const { return height_ - kBelow; }
  double x(double value) const;
  double y(double value) const;

 private:
  Axis x_axis_;
  Axis y_axis_;
  int height_;
  int left_;
};

}  // namespace mpilogit::page
