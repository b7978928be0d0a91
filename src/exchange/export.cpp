#include "mpilogit/exchange/export.hpp"

#include <array>
#include <utility>

#include "mpilogit/core/error.hpp"

#include "forms.hpp"

namespace mpilogit::exchange {

namespace {

constexpr std::array kNames = {
    std::pair{std::string_view("json"), Format::json},
    std::pair{std::string_view("csv"), Format::csv},
    std::pair{std::string_view("onnx"), Format::onnx},
    std::pair{std::string_view("pmml"), Format::pmml},
    std::pair{std::string_view("c"), Format::c},
    std::pair{std::string_view("python"), Format::python},
};

}  // namespace

std::optional<Format> format_named(std::string_view name) {
  for (const auto& [known, format] : kNames) {
    if (known == name) return format;
  }
  return std::nullopt;
}

std::string exported(const model::Model& model, const ExportOptions& options,
                     const std::string& where) {
  switch (options.format) {
    case Format::json:
      return to_json(model);
    case Format::csv:
      return to_csv(model);
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

}  // namespace mpilogit::exchange
