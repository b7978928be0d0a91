#include "exporting/export.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "exporting/forms/forms.hpp"
#include "exporting/forms/texts.hpp"

namespace mpilogit::exporting {

namespace {

constexpr std::array kNames = {
    std::pair{std::string_view("json"), Format::json},
    std::pair{std::string_view("csv"), Format::csv},
    std::pair{std::string_view("onnx"), Format::onnx},
    std::pair{std::string_view("pmml"), Format::pmml},
    std::pair{std::string_view("c"), Format::c},
    std::pair{std::string_view("python"), Format::python},
};

// Other forms than C and CSV hold characters, not bytes, and PMML not all of them.
std::string label_in(Format format, const std::string& name) {
  if (format == Format::c || format == Format::csv) return name;
  return format == Format::pmml ? in_xml(name) : utf8(name);
}

void require_labels_differ(const model::Model& model, Format format, const std::string& where) {
  std::set<std::string> names;
  for (std::size_t k = 0; k < model.classes.size(); ++k) {
    const std::string name = label_in(format, model.classes.name(k));
    if (names.insert(name).second) continue;
    throw core::bad_input({.what = fmt::format("two classes would both be called '{}'", name),
                           .where = where,
                           .why = "the form cannot hold characters in which they differ",
                           .remedy = "Export it as c, or train with labels in UTF-8"});
  }
}

}  // namespace

std::optional<Format> format_named(std::string_view name) {
  for (const auto& [known, format] : kNames) {
    if (known == name) return format;
  }
  return std::nullopt;
}

// ONNX begins with its version, one byte, and the name of the producer; C and Python with what they
// are and what wrote them, PMML with that name behind a line or two of its own.
bool is_export(std::string_view beginning) {
  constexpr std::size_t kBeginning = 512;
  constexpr std::string_view kProducer = "\x12\x08mpilogit";
  constexpr std::string_view kWrittenBy = ", written by mpilogit ";
  const std::string_view head = beginning.substr(0, kBeginning);
  const std::string_view first_line = head.substr(0, head.find('\n'));
  if (head.starts_with("\x08") &&
      head.substr(std::min<std::size_t>(2, head.size())).starts_with(kProducer))
    return true;
  if (head.starts_with("<?xml")) return head.find("<Application name=\"mpilogit\"") != head.npos;
  if (head.starts_with("/* A ") || head.starts_with("\"\"\"A ")) {
    return first_line.find(kWrittenBy) != first_line.npos;
  }
  return head.starts_with(csv_header());
}

std::string exported(const model::Model& model, const ExportOptions& options,
                     const std::string& where) {
  require_labels_differ(model, options.format, where);
  switch (options.format) {
    case Format::json:
      return to_json(model);
    case Format::csv:
      return to_csv(model, where);
    case Format::onnx:
      return to_onnx(model, options, where);
    case Format::pmml:
      return to_pmml(model, options, where);
    case Format::c:
      return to_c(model, options, where);
    case Format::python:
      return to_python(model, options, where);
  }
  throw core::internal_failure("unknown format of an export");
}

}  // namespace mpilogit::exporting
