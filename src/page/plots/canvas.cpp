#include <cmath>

#include "page/plots/chart.hpp"

namespace mpilogit::page {

namespace {

constexpr int kLeft = 74;
constexpr int kLeftOfNames = 190;

double share(const Axis& axis, double value) {
  if (!axis.logarithmic) return (value - axis.low) / (axis.high - axis.low);
  return std::log(value / axis.low) / std::log(axis.high / axis.low);
}

}  // namespace

Canvas::Canvas(const Chart& chart)
    : x_axis_(chart.x),
      y_axis_(chart.y),
      height_(chart.height),
      left_(chart.row_names.empty() ? kLeft : kLeftOfNames) {}

double Canvas::x(double value) const {
  return left_ + share(x_axis_, value) * (kRight - left_);
}

double Canvas::y(double value) const {
  return bottom() - share(y_axis_, value) * (bottom() - kTop);
}

}  // namespace mpilogit::page
