#include <cmath>

#include <fmt/format.h>

#include "page/sections/assets.hpp"
#include "page/sections/numbers.hpp"
#include "page/sections/sections.hpp"

namespace mpilogit::page {

namespace {

Html chi_squared(const model::ChiSquared& test) {
  return Html::text(fmt::format("χ² = {} on {} degree{} of freedom, p = {}", shown(test.statistic),
                                shown(test.degrees), test.degrees == 1 ? "" : "s",
                                p_value(test.log_p)));
}

Html deviance(double value, double degrees) {
  return Html::text(fmt::format("{} on {} degrees of freedom", shown(value, 7), shown(degrees, 9)));
}

Html facts_of(const model::FitStatistics& fit) {
  Html facts = fact("Observations", Html::text(shown(fit.observations, 9)));
  facts += fact("Parameters", Html::text(shown(fit.parameters)));
  facts += fact("Log-likelihood", Html::text(shown(fit.log_likelihood, 7)));
  facts += fact("Null log-likelihood", Html::text(shown(fit.null_log_likelihood, 7)));
  facts += fact("Null deviance", deviance(fit.null_deviance, fit.null_degrees));
  facts += fact("Residual deviance", deviance(fit.residual_deviance, fit.residual_degrees));
  facts += fact("AIC", Html::text(shown(fit.aic, 7)));
  facts += fact("BIC", Html::text(shown(fit.bic, 7)));
  facts += fact("McFadden’s R²", Html::text(shown(fit.mcfadden)));
  if (fit.tjur) facts += fact("Tjur’s R²", Html::text(shown(*fit.tjur)));
  facts += fact("Against intercepts alone", chi_squared(fit.likelihood_ratio));
  if (fit.hosmer_lemeshow) facts += fact("Hosmer–Lemeshow", chi_squared(*fit.hosmer_lemeshow));
  return facts;
}

Html tests_of(const std::vector<model::HypothesisTest>& tests) {
  Html rows;
  for (const auto& test : tests) {
    rows += Html::markup("<tr><th scope=\"row\">") + Html::name(test.hypothesis) +
            Html::markup("</th><td class=\"words\">") + chi_squared(test.chi_squared) +
            Html::markup("</td></tr>\n");
  }
  if (rows.empty()) return rows;
  return Html::markup(
             "<h3>Hypotheses (Wald)</h3><div class=\"scroll\"><table><thead><tr><th "
             "scope=\"col\">Hypothesis</th><th scope=\"col\" "
             "class=\"text\">Test</th></tr></thead><tbody>\n") +
         rows + Html::markup("</tbody></table></div>");
}

}  // namespace

Html fit_section(const scoring::ReportData& data, Plotter& /*plotter*/) {
  if (!data.model || !data.model->inference) return {};
  const model::Inference& inference = *data.model->inference;
  return fill(asset("fit.html"),
              {{"facts", facts_of(inference.fit)}, {"tests", tests_of(inference.tests)}});
}

}  // namespace mpilogit::page
