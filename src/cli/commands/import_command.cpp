// `mpilogit import FORM FILE...`: a file of commands for each form.

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/import_files.hpp"
#include "comm/agreement.hpp"

namespace mpilogit::cli {

namespace {

struct Form {
  std::string_view name;
  int (*run)(const Arguments&, const comm::Communicator&, running::Events&);
};

constexpr std::array kForms = {
    Form{"csv", import_csv_command},
    Form{"libsvm", import_libsvm_command},
    Form{"npy", import_npy_command},
    Form{"coefficients", import_coefficients_command},
};

std::string all_forms() {
  std::string names;
  for (const auto& form : kForms) {
    names += (names.empty() ? "" : ", ") + std::string(form.name);
  }
  return names;
}

const Form& form_from(const Arguments& arguments) {
  const auto& words = arguments.positional();
  if (words.empty()) {
    refuse_usage(&arguments.command(),
                 fmt::format("the form of the file is missing: one of {}", all_forms()));
  }
  for (const auto& form : kForms) {
    if (form.name == words.front()) return form;
  }
  refuse_usage(&arguments.command(),
               fmt::format("'{}' is no form that can be read: {} are", words.front(), all_forms()));
}

}  // namespace

int import_command(const Arguments& arguments, const comm::Communicator& communicator,
                   running::Events& events) {
  const Form* form = nullptr;
  comm::together(communicator, [&] {
    form = &form_from(arguments);
    arguments.require_of_form(form->name);
  });
  return form->run(arguments, communicator, events);
}

}  // namespace mpilogit::cli
