#include "page/page.hpp"

#include <filesystem>

#include "page/plots/plotter.hpp"
#include "page/sections/assets.hpp"
#include "page/sections/sections.hpp"

namespace mpilogit::page {

namespace {

constexpr const char* kNoGnuplot =
    "gnuplot was not found, so the page has no plots; install it (Debian: gnuplot-nox) and run "
    "this again";

/// A section of the page and its line in the table of contents.
struct Section {
  const char* id;
  const char* name;
  Html content;
};

Html remark(const std::string& text) {
  return Html::markup("<p class=\"warning\">") + Html::text(text) + Html::markup("</p>\n");
}

}  // namespace

Page render(const scoring::ReportData& data, const PageOptions& options) {
  Plotter plotter;
  const std::vector<Section> sections = {
      {"model", "The model", headline_section(data)},
      {"fit", "Fit", fit_section(data)},
      {"coefficients", "Coefficients", coefficients_section(data, plotter)},
      {"evaluation", "On the data", evaluation_section(data, plotter)},
      {"plane", "Decision boundary", plane_section(data, plotter)},
      {"path", "Path", path_section(data, plotter)},
      {"convergence", "Convergence", convergence_section(data, plotter)},
  };
  Page page;
  if (plotter.absent()) page.remarks.emplace_back(kNoGnuplot);
  for (const auto& failure : plotter.failures()) page.remarks.push_back(failure);

  Html contents;
  Html body;
  for (const auto& remarked : page.remarks) body += remark(remarked);
  for (const auto& section : sections) {
    if (section.content.empty()) continue;
    const std::string id(section.id);
    contents += Html::markup("<li><a href=\"#" + id + "\">") + Html::text(section.name) +
                Html::markup("</a></li>\n");
    body += Html::markup("<section id=\"" + id + "\">\n") + section.content +
            Html::markup("</section>\n");
  }
  const std::string file = std::filesystem::path(data.model_path).filename().string();
  const Html title = options.title.empty() ? Html::text("Report on ") + Html::name(file)
                                           : Html::name(options.title);
  page.html = fill(kPage, {{"title", title},
                           {"style", Html::markup(std::string(kPageStyle))},
                           {"program", Html::markup(std::string(kPageProgram))},
                           {"contents", contents},
                           {"body", body},
                           {"made_by", Html::text(options.program)}})
                  .str();
  return page;
}

bool is_page(std::string_view beginning) {
  constexpr std::string_view kFirstLine = "<!DOCTYPE html>\n";
  constexpr std::string_view kGenerator = "<meta name=\"generator\" content=\"mpilogit ";
  // Before there was a generator, all pages had this policy.
  constexpr std::string_view kPolicy =
      "content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
      "img-src "
      "data:\">";
  constexpr std::size_t kHead = 1024;
  const std::string_view head = beginning.substr(0, kHead);
  return head.starts_with(kFirstLine) &&
         (head.find(kGenerator) != head.npos || head.find(kPolicy) != head.npos);
}

}  // namespace mpilogit::page
