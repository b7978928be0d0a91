#include <algorithm>

#include "page/sections/numbers.hpp"
#include "page/sections/sections.hpp"

namespace mpilogit::page {

namespace {

Html class_called(const data::ClassSet& classes, std::size_t k) {
  return Html::markup("<bdi>") + Html::name(classes.name(k)) + Html::markup("</bdi>");
}

// Of two classes that of class 1, of more that of the most frequent.
std::size_t class_told(const std::vector<statistics::ClassMetrics>& classes, std::size_t largest) {
  return classes.size() == 2 ? 1 : largest;
}

}  // namespace

// What is known without a model, and how much better one is off with it.
Html result_section(const scoring::ReportData& data, Plotter& /*plotter*/) {
  if (!data.evaluation) return {};
  const statistics::Assessment& metrics = data.evaluation->metrics;
  const auto& classes = metrics.per_class;
  double total = 0.0;
  std::size_t largest = 0;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    total += classes[k].weight;
    if (classes[k].weight > classes[largest].weight) largest = k;
  }
  const std::size_t told = class_told(classes, largest);
  const data::ClassSet& names = data.model->classes;
  const Html share = Html::text(percent(classes[told].weight / total) + " of the rows are ");
  const Html sentence =
      Html::text("The model is right for " + percent(metrics.accuracy) +
                 " of the rows; to call all of them ") +
      class_called(names, largest) +
      Html::text(" would be right for " + percent(classes[largest].weight / total) + ".");
  return Html::markup("<dl class=\"facts\">\n") +
         fact("Base rate", share + class_called(names, told)) + fact("Result", sentence) +
         Html::markup("</dl>\n");
}

}  // namespace mpilogit::page
