#include "exporting/export.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/error.hpp"
#include "exporting/forms/forms.hpp"

namespace mpilogit::exporting {

namespace {

void require_labels_differ(const model::Model& model, const Form& form, const std::string& where) {
  std::set<std::string> names;
  for (std::size_t k = 0; k < model.classes.size(); ++k) {
    const std::string name = form.label(model.classes.name(k));
    if (names.insert(name).second) continue;
    throw core::bad_input({.what = fmt::format("two classes would both be called '{}'", name),
                           .where = where,
                           .why = "the form cannot hold characters in which they differ",
                           .remedy = "Export it as c, or train with labels in UTF-8"});
  }
}

}  // namespace

std::vector<std::string_view> form_names() {
  std::vector<std::string_view> names;
  names.reserve(kForms.size());
  for (const auto form : kForms) names.push_back(form().name);
  return names;
}

std::string same_label(std::string_view name) {
  return std::string(name);
}

bool is_text_of_ours(std::string_view beginning, std::string_view opening) {
  const std::string_view first_line = beginning.substr(0, beginning.find('\n'));
  return first_line.starts_with(opening) &&
         first_line.find(", written by mpilogit ") != first_line.npos;
}

bool is_export(std::string_view beginning) {
  constexpr std::size_t kBeginning = 512;
  const std::string_view head = beginning.substr(0, kBeginning);
  return std::any_of(kForms.begin(), kForms.end(),
                     [&](const auto form) { return form().is_ours(head); });
}

std::string exported(const model::Model& model, const ExportOptions& options,
                     const std::string& where) {
  for (const auto known : kForms) {
    const Form form = known();
    if (form.name != options.form) continue;
    require_labels_differ(model, form, where);
    return form.write(model, options, where);
  }
  throw core::internal_failure("unknown form of an export");
}

}  // namespace mpilogit::exporting
