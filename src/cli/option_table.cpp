#include "option_table.hpp"

#include <algorithm>
#include <array>

#include "mpilogit/core/error.hpp"

namespace mpilogit::cli {

namespace {

constexpr unsigned kData = kTrain | kPredict | kEvaluate;
constexpr unsigned kAll = kData | kInspect;

using enum OptionKind;

constexpr std::array kOptions = {
    Option{"model", value, "FILE", "", "where the trained model goes (HDF5); required", kTrain, ""},
    Option{"output", value, "FILE", "", "where the predictions go (HDF5); required", kPredict, ""},

    Option{"features", value, "NAME", "X", "data set or CSR group of the features", kAll, ""},
    Option{"labels", value, "NAME", "y", "data set of the labels", kTrain | kEvaluate | kInspect,
           ""},
    Option{"weights", optional_value, "NAME", "weights",
           "weight the rows by this data set (weight 2 is the row twice, 0 is no row)",
           kTrain | kEvaluate, ""},
    Option{"offsets", optional_value, "NAME", "offsets",
           "add this data set to the margins of the rows", kData, ""},
    Option{"io", value, "MODE", "auto", "how ranks read: auto, collective, independent or posix",
           kAll, ""},

    Option{"l2", value, "LAMBDA", "0", "L2 penalty: adds LAMBDA/2 times the squared coefficients",
           kTrain, ""},
    Option{"solver", value, "NAME", "auto",
           "newton, lbfgs, gradient-descent or sgd; auto is newton", kTrain, ""},
    Option{"tolerance", value, "GAP", "1e-9",
           "stop when the objective is within this relative distance of its optimum, as estimated",
           kTrain, ""},
    Option{
        "max-iterations", value, "N", "auto",
        "stop after N iterations, of sgd: epochs; auto is 100 for newton and sgd, 1000 for lbfgs, "
        "10000 for gradient-descent",
        kTrain, ""},
    Option{"history", value, "N", "10", "pairs of steps and gradients that are kept", kTrain,
           "lbfgs"},
    Option{"learning-rate", value, "STEP", "auto",
           "gradient-descent: the length of every step, instead of a line search; sgd: the first "
           "step, in units of the inverse curvature (auto is 0.5)",
           kTrain, "gradient-descent sgd"},
    Option{"decay", value, "RATE", "0.1",
           "the step is the first divided by (1 + RATE t), t counted in epochs", kTrain, "sgd"},
    Option{"batch-size", value, "ROWS", "1024", "rows in a mini-batch, rounded to whole blocks",
           kTrain, "sgd"},
    Option{"seed", value, "N", "0", "of the order in which blocks are visited", kTrain, "sgd"},

    Option{"top", value, "N", "all", "show only the N coefficients of largest magnitude", kInspect,
           ""},

    Option{"threads", value, "N", "auto",
           "threads of each rank; auto is OMP_NUM_THREADS or, where that is not set, shares the "
           "cores of "
           "a host among its ranks. Changes no bit of any result",
           kData, ""},
    Option{"json", value, "FILE", "", "write the run record there, as JSON", kData, ""},
    Option{"config", value, "FILE", "",
           "read options from a file of lines `name = value`; the command line wins", kAll, ""},
    Option{"quiet", flag, "", "", "print nothing but errors", kData, ""},
    Option{"help", flag, "", "", "print this and exit", kAll, ""},
};

constexpr std::array kCommands = {
    CommandInfo{kTrain, "train", "DATA.h5 [MORE.h5 ...]",
                "Fit a logistic regression to one data set in one file or more."},
    CommandInfo{kPredict, "predict", "MODEL.h5 DATA.h5 [MORE.h5 ...]",
                "Write the probability and label of every row."},
    CommandInfo{kEvaluate, "evaluate", "MODEL.h5 DATA.h5 [MORE.h5 ...]",
                "Compare a model with labelled rows: log-loss, accuracy, ROC AUC, confusion."},
    CommandInfo{kInspect, "inspect", "FILE.h5",
                "Show what is in a model, or validate a data set and show what is in it."},
};

}  // namespace

std::span<const Option> all_options() {
  return kOptions;
}

std::span<const CommandInfo> all_commands() {
  return kCommands;
}

const Option& find_option(std::string_view name) {
  const auto* found = std::find_if(kOptions.begin(), kOptions.end(),
                                   [&](const Option& option) { return option.name == name; });
  if (found == kOptions.end()) {
    throw core::internal_failure("no option is called " + std::string(name));
  }
  return *found;
}

bool applies_to_solver(const Option& option, std::string_view solver) {
  const std::string list = " " + std::string(option.solvers) + " ";
  return option.solvers.empty() || list.find(" " + std::string(solver) + " ") != std::string::npos;
}

}  // namespace mpilogit::cli
