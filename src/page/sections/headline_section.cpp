#include <filesystem>

#include <fmt/format.h>

#include "page/sections/assets.hpp"
#include "page/sections/numbers.hpp"
#include "page/sections/sections.hpp"

namespace mpilogit::page {

namespace {

Html strong(const Html& html) {
  return Html::markup("<strong>") + html + Html::markup("</strong>");
}

Html isolated(const Html& name) {
  return Html::markup("<bdi>") + name + Html::markup("</bdi>");
}

const model::Model& frame(const scoring::ReportData& data) {
  return data.model ? *data.model : data.path->model;
}

Html kind_of(const model::Model& model) {
  const auto class_name = [&](std::size_t k) {
    return strong(isolated(Html::name(model.classes.name(k))));
  };
  const std::string count = shown(static_cast<std::int64_t>(model.classes.size()));
  if (model.classes.size() == 2) {
    return Html::text("Logistic regression: it gives the probability that a row is ") +
           class_name(1) + Html::text(" rather than ") + class_name(0);
  }
  if (model.objective == model::kOneVsRest) {
    return Html::text("Logistic regressions of each of " + count + " classes against all others");
  }
  return Html::text("Softmax regression: it gives the probability of each of " + count +
                    " classes");
}

Html features_of(const model::Model& model) {
  std::string text = ", from " + shown(model.data_features()) +
                     (model.data_features() == 1 ? " feature" : " features");
  if (!model.expansion.identity()) {
    text +=
        fmt::format(" and their products of up to {}{}: {} coefficients{}", model.expansion.degree,
                    model.expansion.interactions_only ? " (no powers)" : "", shown(model.features),
                    model.rows() > 1 ? " per class" : "");
  }
  return Html::text(text + ".");
}

Html lead(const scoring::ReportData& data) {
  const Html about = kind_of(frame(data)) + features_of(frame(data));
  if (!data.path) return about;
  const std::string steps = shown(data.path->steps());
  if (!data.step) {
    return Html::text("A path of " + steps +
                      " models, from the strongest useful penalty down. Each is this: ") +
           about;
  }
  return about + Html::text(fmt::format(
                     " It is step {} (λ = {}) of a path of {} models.", *data.step,
                     shown(data.path->lambda[static_cast<std::size_t>(*data.step)]), steps));
}

Html penalty_of(const model::Model& model) {
  if (model.l1 == 0.0 && model.l2 == 0.0) return Html::text("none");
  std::string text;
  if (model.l2 != 0.0) text += "L2 of " + shown(model.l2);
  if (model.l1 != 0.0) text += (text.empty() ? "L1 of " : ", L1 of ") + shown(model.l1);
  return Html::text(text + (model.standardized ? ", on standardised features" : ""));
}

Html classes_of(const model::Model& model) {
  constexpr std::size_t kMost = 12;
  std::vector<Html> names;
  for (std::size_t k = 0; k < model.classes.size(); ++k) {
    names.push_back(isolated(Html::name(model.classes.name(k))));
  }
  return list_of(names, kMost);
}

Html training_facts(const running::RecordSummary& record) {
  Html facts;
  if (record.rows && record.features) {
    std::string text =
        fmt::format("{} rows × {} features", shown(*record.rows), shown(*record.features));
    if (record.sparse) text += *record.sparse ? ", sparse" : ", dense";
    if (!record.storage.empty()) text += " " + record.storage;
    if (record.sparse.value_or(false) && record.nonzeros) {
      text += ", " + shown(*record.nonzeros) + " values stored";
    }
    facts += fact("Trained on", Html::text(text));
  }
  if (!record.stop_reason.empty()) {
    std::string text = record.stop_reason;
    if (record.iterations && record.data_passes) {
      text += fmt::format(" after {} iterations, {} passes over the data",
                          shown(*record.iterations), shown(*record.data_passes));
    }
    facts += fact("Stopped", Html::name(text));
  }
  if (record.estimated_gap) {
    facts += fact("Distance from the optimum",
                  Html::text(shown(*record.estimated_gap, 2) + " of the objective, as estimated"));
  }
  if (record.objective) facts += fact("Objective", Html::text(shown(*record.objective, 8)));
  if (record.log_loss) facts += fact("Mean log-loss", Html::text(shown(*record.log_loss, 6)));
  if (record.ranks && record.threads && record.seconds_total) {
    facts += fact("Took", Html::text(fmt::format(
                              "{} on {} rank{} × {} thread{}", duration(*record.seconds_total),
                              shown(*record.ranks), *record.ranks == 1 ? "" : "s",
                              shown(*record.threads), *record.threads == 1 ? "" : "s")));
  }
  return facts;
}

Html warning(const scoring::ReportData& data) {
  if (data.record.converged.value_or(true)) return {};
  return Html::markup("<p class=\"warning\">") +
         Html::text("Training stopped before its tolerance (") +
         Html::name(data.record.stop_reason) +
         Html::text("): what follows is the best point seen, not the optimum.") +
         Html::markup("</p>");
}

}  // namespace

Html fact(std::string_view name, const Html& value) {
  return Html::markup("<div><dt>") + Html::text(name) + Html::markup("</dt><dd>") + value +
         Html::markup("</dd></div>\n");
}

Html list_of(const std::vector<Html>& names, std::size_t most) {
  Html list;
  const std::size_t listed = names.size() > most ? most : names.size();
  for (std::size_t i = 0; i < listed; ++i) {
    const bool last = i + 1 == names.size();
    if (i > 0) list += Html::text(last ? " and " : ", ");
    list += names[i];
  }
  if (listed < names.size()) list += Html::text(fmt::format(" and {} more", names.size() - listed));
  return list;
}

Html headline_section(const scoring::ReportData& data, Plotter& /*plotter*/) {
  const model::Model& model = frame(data);
  Html facts = fact("Classes", classes_of(model));
  facts += fact("Penalty", data.model ? penalty_of(model) : Html::text("falls along the path"));
  facts += fact("Solver", Html::name(model.solver));
  facts += training_facts(data.record);
  facts +=
      fact("Model file", Html::name(std::filesystem::path(data.model_path).filename().string()));
  if (data.model) {
    constexpr std::size_t kDigits = 16;
    facts += fact("SHA-256 of the coefficients",
                  Html::markup("<code>") +
                      Html::text(model::coefficients_sha256(model).substr(0, kDigits) + "…") +
                      Html::markup("</code>"));
  }
  return fill(asset("headline.html"),
              {{"lead", lead(data)}, {"warning", warning(data)}, {"facts", facts}});
}

}  // namespace mpilogit::page
