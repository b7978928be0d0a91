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

Html remark(const std::string& text) {
  return Html::markup("<p class=\"warning\">") + Html::text(text) + Html::markup("</p>\n");
}

}  // namespace

Page render(const scoring::ReportData& data, const PageOptions& options) {
  Plotter plotter;
  std::vector<Html> sections;
  sections.reserve(kSections.size());
  for (const auto& section : kSections) sections.push_back(section.content(data, plotter));
  Page page;
  if (plotter.absent()) page.remarks.emplace_back(kNoGnuplot);
  for (const auto& failure : plotter.failures()) page.remarks.push_back(failure);

  Html contents;
  Html body;
  for (const auto& remarked : page.remarks) body += remark(remarked);
  for (std::size_t s = 0; s < sections.size(); ++s) {
    if (sections[s].empty()) continue;
    const std::string id(kSections[s].id);
    contents += Html::markup("<li><a href=\"#" + id + "\">") +
                Html::text(std::string(kSections[s].name)) + Html::markup("</a></li>\n");
    body +=
        Html::markup("<section id=\"" + id + "\">\n") + sections[s] + Html::markup("</section>\n");
  }
  const std::string file = std::filesystem::path(data.model_path).filename().string();
  const Html title = options.title.empty() ? Html::text("Report on ") + Html::name(file)
                                           : Html::name(options.title);
  page.html = fill(asset("page.html"), {{"title", title},
                                        {"style", Html::markup(std::string(asset("page.css")))},
                                        {"program", Html::markup(std::string(asset("page.js")))},
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
