#include <array>
#include <utility>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/options/common_options.hpp"
#include "cli/tables/output.hpp"
#include "cli/tables/progress.hpp"
#include "comm/agreement.hpp"
#include "core/atomic_file.hpp"
#include "core/error.hpp"
#include "importing/record.hpp"
#include "importing/synthesize.hpp"

namespace mpilogit::cli {

namespace {

constexpr std::int64_t kMostFeatures = (std::int64_t{1} << 32) - 2;  // as in every data set
constexpr std::int64_t kMostSynthesizedRows = std::int64_t{1} << 53;
constexpr std::int64_t kMostSynthesizedClasses = 256;

// Within the bounds, which are allowed themselves if they are so near 0 or 1 as to be them.
double share_from(const Arguments& arguments, const char* option, double least, double most) {
  const double share = arguments.share(option);
  if (share < least || share > most) {
    refuse_usage(&arguments.command(), fmt::format("--{} is {}, not between {} and {}", option,
                                                   arguments.text(option), least, most));
  }
  return share;
}

hdf5::ValueType storage_from(const Arguments& arguments) {
  using hdf5::ValueType;
  for (const auto type : {ValueType::float32, ValueType::float64, ValueType::int8, ValueType::uint8,
                          ValueType::boolean}) {
    if (arguments.text("storage") == hdf5::to_string(type)) return type;
  }
  refuse_usage(&arguments.command(),
               fmt::format("--storage is '{}', not float32, float64, int8, uint8 or bool",
                           arguments.text("storage")));
}

// All that decides the numbers, the defaults too, as one would type it.
std::string made_by(const Arguments& arguments) {
  std::string text = "mpilogit synthesize";
  for (const auto* option : {"rows", "features", "density", "condition", "correlation", "balance",
                             "classes", "signal", "storage", "seed"}) {
    text += fmt::format(" --{} {}", option, arguments.text(option));
  }
  return text;
}

importing::SynthesizeOptions synthesize_options(const Arguments& arguments) {
  importing::SynthesizeOptions options;
  if (!arguments.positional().empty()) {
    refuse_usage(&arguments.command(),
                 fmt::format("synthesize reads no file: '{}'", arguments.positional().front()));
  }
  options.output_path = arguments.required("output");
  arguments.required("rows");
  arguments.required("features");
  options.rows = arguments.integer("rows", 1, kMostSynthesizedRows);
  options.features = arguments.integer("features", 1, kMostFeatures);
  options.density = share_from(arguments, "density", 1e-9, 1.0);
  options.condition = arguments.number("condition");
  if (options.condition < 1.0 || options.condition > 1e12) {
    refuse_usage(&arguments.command(), fmt::format("--condition is {}, not between 1 and 1e12",
                                                   arguments.text("condition")));
  }
  options.correlation = share_from(arguments, "correlation", 0.0, 0.999999);
  options.balance = share_from(arguments, "balance", 1e-4, 1.0 - 1e-4);
  options.classes = arguments.integer("classes", 2, kMostSynthesizedClasses);
  options.signal = arguments.number("signal");
  options.storage = storage_from(arguments);
  options.seed = static_cast<std::uint64_t>(arguments.integer("seed", 0));
  options.made_by = made_by(arguments);
  return options;
}

std::string describe(const importing::SynthesizeOptions& options,
                     const importing::SynthesizeResult& outcome) {
  std::string text =
      fmt::format("rows            {}\nfeatures        {}\nstored values   {}\n",
                  grouped(options.rows), grouped(options.features), grouped(outcome.nonzeros));
  for (std::size_t k = 0; k < outcome.class_counts.size(); ++k) {
    text += fmt::format("class           {}: {} rows\n", k, grouped(outcome.class_counts[k]));
  }
  const double megabytes = static_cast<double>(outcome.bytes) / 1e6;
  return text + fmt::format("written         {}: {:.1f} MB in {:.2f} s ({:.0f} MB/s)\n",
                            options.output_path, megabytes, outcome.seconds_total,
                            megabytes / outcome.seconds_total);
}

}  // namespace

int synthesize_command(const Arguments& arguments, const comm::Communicator& communicator,
                       running::Events& events) {
  importing::SynthesizeOptions options;
  comm::together(communicator, [&] { options = synthesize_options(arguments); });
  comm::on_root(communicator, [&] {
    core::require_writable(options.output_path);
    return std::string();
  });
  const auto json = record_path(arguments, communicator);
  const Output output(communicator, arguments.flag("quiet"), events);
  TableProgress progress(output);
  const auto outcome = importing::synthesize(options, communicator, progress.line());
  progress.finish();
  if (json) write_text(*json, to_json(outcome), communicator);
  output.result(describe(options, outcome));
  return static_cast<int>(core::ExitCode::done);
}

}  // namespace mpilogit::cli
