#include "mpilogit/workflow/synthesize.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/core/disk_space.hpp"
#include "mpilogit/core/error.hpp"
#include "mpilogit/core/stopwatch.hpp"
#include "mpilogit/workflow/data_writer.hpp"

#include "rounds.hpp"
#include "synthetic_rows.hpp"

namespace mpilogit::workflow {

namespace {

using hdf5::ValueType;

constexpr double kRoundBytes = 0x1p23;  // written by each rank at once

core::Error contradiction(const std::string& what, const std::string& remedy) {
  return core::bad_input({.what = what, .where = {}, .why = {}, .remedy = remedy});
}

void require_consistent(const SynthesizeOptions& options) {
  const bool sparse = options.density < 1.0;
  const bool floating = hdf5::is_floating(options.storage);
  if (sparse && options.correlation > 0.0) {
    throw contradiction("sparse columns do not correlate", "Leave --correlation or --density away");
  }
  if (options.storage == ValueType::boolean && options.correlation > 0.0) {
    throw contradiction("bool columns do not correlate", "Choose another --storage");
  }
  if (sparse && options.storage == ValueType::uint8) {
    throw contradiction("sparse uint8 values would all be near 128",
                        "Choose --storage bool (all 1) or int8 (both signs)");
  }
  if (!floating && options.condition > 1.0) {
    throw contradiction("columns of integers have one scale",
                        "Give --condition with --storage float32 or float64");
  }
  if (options.classes > 2 && options.balance != 0.5) {
    throw contradiction("--balance is for two classes", "Leave it away");
  }
}

double bytes_per_row(const SynthesizeOptions& options) {
  const auto value = static_cast<double>(hdf5::size_of(options.storage));
  const auto features = static_cast<double>(options.features);
  const double label = 1.0;
  return label + (options.density < 1.0 ? 8.0 + features * options.density * (value + 4.0)
                                        : features * value);
}

// Before the entries are counted, which of a large data set takes long.
void require_space(const SynthesizeOptions& options) {
  constexpr double kMost = 0x1p62;
  const double bytes = static_cast<double>(options.rows) * bytes_per_row(options);
  core::require_space(options.output_path, static_cast<std::int64_t>(std::min(bytes, kMost)));
}

// Of all ranks before this one, and of all.
std::pair<std::int64_t, std::int64_t> entries_before(std::int64_t mine,
                                                     const comm::Communicator& communicator) {
  const auto counts = communicator.all_gather(std::span<const std::int64_t>(&mine, 1));
  std::int64_t before = 0;
  std::int64_t all = 0;
  for (std::size_t r = 0; r < counts.size(); ++r) {
    if (std::cmp_less(r, communicator.rank())) before += counts[r];
    all += counts[r];
  }
  return {before, all};
}

DataLayout layout_of(const SynthesizeOptions& options, const SyntheticModel& model,
                     std::int64_t nonzeros) {
  DataLayout layout;
  layout.rows = options.rows;
  layout.features = options.features;
  layout.sparse = options.density < 1.0;
  layout.nonzeros = nonzeros;
  layout.values = options.storage;
  layout.labels = {ValueType::uint8};
  for (std::int64_t j = 0; j < options.features; ++j) {
    layout.feature_names.push_back("x" + std::to_string(j));
  }
  layout.further = [&](const hdf5::File& file) {
    const std::int64_t rows = options.classes - 1;
    hdf5::write_doubles(file, "true_coefficients", model.coefficients, {rows, options.features});
    hdf5::write_doubles(file, "true_intercept", model.intercept, {rows});
    hdf5::write_attribute(file, "/", "synthesized_by", options.made_by);
    hdf5::write_attribute(file, "/", "random_numbers", "Philox4x32-10");
  };
  return layout;
}

}  // namespace

SynthesizeReport synthesize(const SynthesizeOptions& options,
                            const comm::Communicator& communicator) {
  const core::Stopwatch total;
  comm::Phase phase(communicator, "counting the entries");
  SyntheticModel model;
  comm::together(communicator, [&] {
    require_consistent(options);
    require_space(options);
    model = synthetic_model(options);
  });
  RowGenerator generator(options, model);
  const data::Range mine = even_part(options.rows, communicator);
  const auto per_round =
      static_cast<std::int64_t>(std::max(1.0, kRoundBytes / bytes_per_row(options)));
  std::int64_t entries = 0;
  if (options.density < 1.0) {
    in_rounds(
        communicator, mine, per_round,
        [&](data::Range rows) { entries += generator.count_entries(rows); }, nullptr);
  }
  auto [position, nonzeros] = entries_before(entries, communicator);

  phase.turn_to("writing rows");
  const DataLayout layout = layout_of(options, model, nonzeros);
  DataWriter writer(options.output_path, layout, communicator);
  SynthesizeReport report;
  report.class_counts.resize(static_cast<std::size_t>(options.classes));
  const auto write = [&](data::Range range) {
    const SyntheticRows& rows = generator.rows(range);
    if (layout.sparse) {
      std::vector<std::int64_t> starts = rows.starts;
      for (auto& start : starts) start += position;
      writer.write_sparse(range.first, starts, rows.columns, rows.values);
      position += std::ssize(rows.columns);
    } else {
      writer.write_dense(range.first, rows.values);
    }
    writer.write_labels(range.first, std::span<const std::uint8_t>(rows.labels));
    for (const auto label : rows.labels) ++report.class_counts[label];
  };
  in_rounds(communicator, mine, per_round, write, options.observer);
  phase.turn_to("waiting for the disk");
  writer.commit();
  communicator.sum(report.class_counts);
  report.nonzeros = layout.sparse ? nonzeros : options.rows * options.features;
  report.bytes = report.nonzeros * static_cast<std::int64_t>(hdf5::size_of(options.storage)) +
                 (layout.sparse ? 4 * nonzeros + 8 * options.rows : 0) + options.rows;
  report.seconds_total = total.seconds();
  return report;
}

}  // namespace mpilogit::workflow
