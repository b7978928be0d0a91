#pragma once
// The parts of the page. Each is empty where it has nothing to say.

#include <array>
#include <string_view>

#include "page/plots/plotter.hpp"
#include "page/sections/html.hpp"
#include "scoring/report.hpp"

namespace mpilogit::page {

/// What the model is and how it was trained.
Html headline_section(const scoring::ReportData& data, Plotter& plotter);
/// On the labelled rows that were given: base rate, and one sentence of result.
Html result_section(const scoring::ReportData& data, Plotter& plotter);
/// How well it fits the data that it was trained on, as far as the model's inference tells.
Html fit_section(const scoring::ReportData& data, Plotter& plotter);
Html coefficients_section(const scoring::ReportData& data, Plotter& plotter);
/// On the labelled rows that were given.
Html evaluation_section(const scoring::ReportData& data, Plotter& plotter);
Html plane_section(const scoring::ReportData& data, Plotter& plotter);
Html path_section(const scoring::ReportData& data, Plotter& plotter);
Html convergence_section(const scoring::ReportData& data, Plotter& plotter);

struct Section {
  std::string_view id;
  std::string_view name;  ///< in the table of contents
  Html (*content)(const scoring::ReportData& data, Plotter& plotter);
};

/// In the order of the page. A section is a source beside this header and a row here.
inline constexpr std::array kSections = {
    Section{"model", "The model", headline_section},
    Section{"result", "Result", result_section},
    Section{"fit", "Fit", fit_section},
    Section{"coefficients", "Coefficients", coefficients_section},
    Section{"evaluation", "On the data", evaluation_section},
    Section{"plane", "Decision boundary", plane_section},
    Section{"path", "Path", path_section},
    Section{"convergence", "Convergence", convergence_section},
};

/// A row of a list of facts: <dt>, <dd>.
Html fact(std::string_view name, const Html& value);

/// "a", "a and b", "a, b and c"; of more than `most` names the first and how many more.
Html list_of(const std::vector<Html>& names, std::size_t most);

}  // namespace mpilogit::page
