#pragma once
// A report as one HTML page that needs nothing else: no network, no other file.

#include <string>
#include <string_view>
#include <vector>

#include "scoring/report.hpp"

namespace mpilogit::page {

struct PageOptions {
  std::string title;    ///< empty: made from the model's file name
  std::string program;  ///< what wrote it: "mpilogit 0.1.0"
};

struct Page {
  std::string html;                  ///< UTF-8, below 2 MB
  std::vector<std::string> remarks;  ///< what the page lacks and why, for the user
};

/// One process. Runs gnuplot, where there is one, once for each plot, each with a time limit;
/// without it the page has the plots' descriptions in words. Throws core::Error if the temporary
/// folder cannot be written.
Page render(const scoring::ReportData& data, const PageOptions& options);

/// Whether the beginning of a file is that of a page that `render` has made, of any version.
bool is_page(std::string_view beginning);

}  // namespace mpilogit::page
