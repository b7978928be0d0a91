#include "cli/tables/inference_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "cli/tables/fit_footer.hpp"
#include "cli/tables/output.hpp"
#include "cli/tables/texts.hpp"

namespace mpilogit::cli {

namespace {

using inference::CoefficientFigures;

constexpr std::size_t kPage = 50;  // rows, all blocks together
constexpr std::size_t kShortestName = 16;

enum Column : std::size_t {
  kCoefficient,
  kError,
  kZ,
  kP,
  kLower,
  kUpper,
  kRatio,
  kRatioLower,
  kRatioUpper,
  kStars,
  kColumns
};

struct Row {
  std::string name;
  std::array<std::string, kColumns> cells;
};

struct Block {
  std::string title;
  std::vector<Row> rows;
};

const CoefficientFigures& figures_of(const inference::Summary& summary, const model::Model& model,
                                     std::int64_t row, std::int64_t feature) {
  return summary.coefficients[static_cast<std::size_t>(row * (model.features + 1) + 1 + feature)];
}

// By the largest |z| over the classes; what was not estimated comes last.
std::vector<std::int64_t> chosen_features(const model::Model& model,
                                          const inference::Summary& summary,
                                          const TableLayout& layout) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(model.features));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  const auto rows = static_cast<std::size_t>(model.rows());
  std::size_t shown = order.size();
  if (layout.top) {
    shown = std::min(shown, *layout.top);
  } else if (!layout.all && shown * rows > kPage) {
    shown = std::max<std::size_t>(1, kPage / rows);
  }
  if (shown == order.size() && !layout.strongest) return order;
  std::vector<double> strength(order.size(), -1.0);
  for (const auto& figures : summary.coefficients) {
    if (figures.feature < 0 || !figures.estimated()) continue;
    double& largest = strength[static_cast<std::size_t>(figures.feature)];
    largest = std::max(largest, std::fabs(figures.z));
  }
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return strength[static_cast<std::size_t>(a)] > strength[static_cast<std::size_t>(b)];
  });
  order.resize(shown);
  return order;
}

// R's: of p below 0.001, 0.01, 0.05 and 0.1.
std::string stars_of(double log_p) {
  constexpr std::array<std::pair<double, const char*>, 4> kLevels = {
      {{0.001, "***"}, {0.01, "**"}, {0.05, "*"}, {0.1, "."}}};
  for (const auto& [level, stars] : kLevels) {
    if (log_p < std::log(level)) return stars;
  }
  return "";
}

/// How the numbers of a row are written.
struct Style {
  bool exponent = false;
  int of_intervals = 0;
  int of_ratios = 0;
  bool marks = false;  // some intervals of the table are profiled
};

// A side on which the likelihood never falls far enough is infinite.
void add_interval(const CoefficientFigures& figures, const Style& style, Row& row) {
  auto& cells = row.cells;
  cells[kLower] = number_text(figures.lower, style.of_intervals, style.exponent);
  cells[kUpper] = number_text(figures.upper, style.of_intervals, style.exponent);
  if (style.marks) cells[kUpper] += figures.profiled ? '^' : ' ';
  if (figures.feature < 0) return;
  cells[kRatioLower] = ratio_text(figures.lower, style.of_ratios);
  cells[kRatioUpper] = ratio_text(figures.upper, style.of_ratios);
}

Row row_of(const CoefficientFigures& figures, const std::string& name, const Decimals& decimals,
           bool marks, bool stars) {
  Row row{.name = name, .cells = {}};
  auto& cells = row.cells;
  switch (figures.status) {
    case model::CoefficientStatus::aliased:
      cells[kCoefficient] = "(aliased)";
      return row;
    case model::CoefficientStatus::separated:
      cells[kCoefficient] = "(separated)";
      if (figures.profiled) {
        constexpr int kDigits = 3;
        add_interval(figures, {false, kDigits, kDigits, marks}, row);
      }
      return row;
    case model::CoefficientStatus::fixed:
    case model::CoefficientStatus::estimated:
      break;
  }
  const bool exponent = decimals.unfit_for(figures.coefficient, figures.standard_error);
  const int of_intervals = decimals.of_interval();
  const int of_ratios = decimals.of_ratio(figures.standard_error);
  cells[kCoefficient] = number_text(figures.coefficient, decimals.of_coefficient(), exponent);
  if (figures.feature >= 0) {
    cells[kRatio] = ratio_text(figures.coefficient, of_ratios);
  }
  if (!figures.estimated()) {
    cells[kError] = "(fixed)";
    return row;
  }
  cells[kError] = number_text(figures.standard_error, decimals.of_coefficient(), exponent);
  cells[kZ] = z_text(figures.z);
  cells[kP] = p_value_text(figures.log_p);
  add_interval(figures, {exponent, of_intervals, of_ratios, marks}, row);
  if (stars) cells[kStars] = left_aligned(stars_of(figures.log_p), 3);
  return row;
}

std::string title_of(const model::Model& model, std::int64_t row) {
  const std::string name = "class " + model.classes.name(model.row_class(row));
  if (model.rows() == 1) return "";
  if (model.objective == model::kOneVsRest) return name + " against all others";
  return model.reference_class() ? name + " against " + model.classes.name(0) : name;
}

// The columns that are printed, with their widths.
class Frame {
 public:
  Frame(const std::vector<Block>& blocks, std::optional<std::size_t> width,
        const std::string& interval)
      : interval_(interval), name_(std::string("(intercept)").size()) {
    for (const auto& block : blocks) {
      for (const auto& row : block.rows) {
        name_ = std::max(name_, width_of(row.name));
        for (std::size_t c = 0; c < kColumns; ++c) {
          width_[c] = std::max(width_[c], width_of(row.cells[c]));
        }
      }
    }
    require(kError, "error");
    require(kLower, "lower");
    require(kUpper, "upper");
    require(kRatio, "ratio");
    require(kRatioLower, "lower");
    require(kRatioUpper, "upper");
    require_together(kLower, kUpper);
    require_together(kRatioLower, kRatioUpper);
    if (width) fit(*width);
  }

  bool shows_intervals() const { return width_[kUpper] > 0; }

  std::string head() const {
    std::string first(total(), ' ');
    std::string second = first;
    place(second, kCoefficient, "coefficient");
    place(first, kError, "std.");
    place(second, kError, "error");
    place(second, kZ, "z");
    place(second, kP, "p");
    place(first, kUpper, interval_);
    place(second, kLower, "lower");
    place(second, kUpper, "upper");
    place(first, kRatio, "odds");
    place(second, kRatio, "ratio");
    place(first, kRatioUpper, interval_);
    place(second, kRatioLower, "lower");
    place(second, kRatioUpper, "upper");
    return trimmed(first) + trimmed(second);
  }

  std::string line(const Row& row) const {
    std::string text = left_aligned(shortened(row.name, name_), name_);
    for (std::size_t c = 0; c < kColumns; ++c) {
      if (width_[c] > 0) text += " " + right_aligned(row.cells[c], width_[c]);
    }
    return trimmed(text);
  }

 private:
  // The head of a column that is there.
  void require(Column column, const char* text) {
    if (width_[column] > 0) width_[column] = std::max(width_[column], std::string(text).size());
  }

  // And the head over two columns.
  void require_together(Column left, Column right) {
    if (width_[left] == 0) return;
    const std::size_t others = width_[right] + 1;
    width_[left] = std::max(width_[left], interval_.size() - std::min(interval_.size(), others));
  }

  std::size_t total() const {
    std::size_t sum = name_;
    for (const auto width : width_) sum += width > 0 ? width + 1 : 0;
    return sum;
  }

  void fit(std::size_t width) {
    for (const auto& group : {std::vector{kRatioLower, kRatioUpper}, std::vector{kLower, kUpper},
                              std::vector{kRatio}}) {
      if (total() <= width) return;
      for (const auto column : group) width_[column] = 0;
    }
    if (total() <= width) return;
    const std::size_t others = total() - name_;
    name_ = std::min(name_, std::max(kShortestName, width - std::min(width, others)));
  }

  // Writes so that it ends where the column ends; there is room on the left, in the names' column.
  void place(std::string& line, Column column, const std::string& text) const {
    if (width_[column] == 0) return;
    std::size_t end = name_;
    for (std::size_t c = 0; c <= column; ++c) end += width_[c] > 0 ? width_[c] + 1 : 0;
    line.replace(end - text.size(), text.size(), text);
  }

  static std::string trimmed(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
  }

  std::string interval_;
  std::size_t name_;
  std::array<std::size_t, kColumns> width_ = {};
};

Decimals decimals_of(const model::Model& model, const inference::Summary& summary,
                     const std::vector<std::int64_t>& features) {
  std::vector<double> values;
  std::vector<double> errors;
  for (std::int64_t row = 0; row < model.rows(); ++row) {
    const auto add = [&](std::int64_t feature) {
      const CoefficientFigures& figures = figures_of(summary, model, row, feature);
      if (!figures.estimated()) return;
      values.push_back(figures.coefficient);
      errors.push_back(figures.standard_error);
    };
    add(-1);
    for (const auto feature : features) add(feature);
  }
  return {values, errors};
}

bool any_profiled(const inference::Summary& summary) {
  return std::any_of(summary.coefficients.begin(), summary.coefficients.end(),
                     [](const auto& figures) { return figures.profiled; });
}

std::vector<Block> blocks_of(const model::Model& model, const inference::Summary& summary,
                             const std::vector<std::int64_t>& features, bool stars) {
  const Decimals decimals = decimals_of(model, summary, features);
  const bool marks = any_profiled(summary);
  std::vector<Block> blocks;
  for (std::int64_t row = 0; row < model.rows(); ++row) {
    Block block{.title = title_of(model, row), .rows = {}};
    const auto add = [&](std::int64_t feature, const std::string& name) {
      block.rows.push_back(
          row_of(figures_of(summary, model, row, feature), name, decimals, marks, stars));
    };
    add(-1, "(intercept)");
    for (const auto feature : features) add(feature, model.feature_name(feature));
    blocks.push_back(std::move(block));
  }
  return blocks;
}

std::string notes(const model::Model& model, const TableLayout& layout, std::size_t shown,
                  bool marks) {
  std::string text;
  if (static_cast<std::int64_t>(shown) < model.features) {
    text += fmt::format("({} of {} features, the largest |z| first; {} shows all)\n",
                        grouped(static_cast<std::int64_t>(shown)), grouped(model.features),
                        layout.see_all);
  }
  if (marks) text += "^ interval of the profile likelihood\n";
  if (layout.stars) text += "*** p < 0.001, ** p < 0.01, * p < 0.05, . p < 0.1\n";
  return text;
}

}  // namespace

std::string inference_table(const model::Model& model, const inference::Summary& summary,
                            const TableLayout& layout) {
  const std::vector<std::int64_t> features = chosen_features(model, summary, layout);
  const std::vector<Block> blocks = blocks_of(model, summary, features, layout.stars);
  const Frame frame(blocks, layout.width,
                    fmt::format("{:g}% interval", 100.0 * summary.confidence));
  std::string text;
  for (const auto& block : blocks) {
    if (!block.title.empty()) text += (text.empty() ? "" : "\n") + block.title + "\n";
    text += frame.head();
    for (const auto& row : block.rows) text += frame.line(row);
  }
  const bool marks = frame.shows_intervals() && any_profiled(summary);
  return text + notes(model, layout, features.size(), marks) + "\n" + fit_footer(model, summary);
}

}  // namespace mpilogit::cli
