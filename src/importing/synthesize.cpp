#include "importing/synthesize.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "core/file_status.hpp"
#include "core/units.hpp"
#include "hdf5/memory.hpp"
#include "importing/data_writer.hpp"
#include "importing/detail/rank_parts.hpp"
#include "importing/synthetic/synthetic_rows.hpp"

namespace mpilogit::importing {

namespace {

using hdf5::ValueType;

constexpr double kBytesAStep = 0x1p23;

core::Error contradiction(const std::string& what, const std::string& remedy) {
  return core::bad_input({.what = what, .why = {}, .remedy = remedy});
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

// Of every rank: names of the features, and what the model and one row have for each.
void require_room_for_features(const SynthesizeOptions& options,
                               const comm::Communicator& communicator) {
  constexpr std::int64_t kBytesOfName = 128;  // more than once for a while
  const int ranks = communicator.on_this_host().size();
  const std::int64_t bytes = options.features * (kBytesOfName + 8 * (options.classes + 1));
  comm::together(communicator, [&] {
    hdf5::require_memory({bytes, bytes * ranks, ranks}, options.output_path);
  });
}

// Calls `work` for the rows of this rank, some at a time, in step with the other ranks.
void for_rows(const SynthesizeOptions& options, data::Range mine, const char* what,
              const comm::Communicator& communicator, const formats::Progress& progress,
              core::FunctionRef<void(data::Range)> work) {
  const auto per_step =
      static_cast<std::int64_t>(std::max(1.0, kBytesAStep / bytes_per_row(options)));
  std::int64_t next = mine.first;
  formats::in_rounds(
      communicator,
      [&] {
        const data::Range rows{next, std::min(mine.last, next + per_step)};
        if (rows.size() > 0) work(rows);
        next = rows.last;
        return rows.size();
      },
      [&](std::int64_t done) {
        const auto bytes = [&](std::int64_t rows) {
          return static_cast<std::int64_t>(static_cast<double>(rows) * bytes_per_row(options));
        };
        progress(what, bytes(done), bytes(options.rows));
      });
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

// Of dense rows none are counted.
Extents count_entries(const SynthesizeOptions& options, data::Range mine, RowGenerator& generator,
                      const comm::Communicator& communicator, const formats::Progress& progress) {
  Extent extent{mine.size(), 0};
  if (options.density < 1.0) {
    for_rows(options, mine, "counting the entries", communicator, progress,
             [&](data::Range rows) { extent.entries += generator.count_entries(rows); });
  }
  return add_up(extent, communicator);
}

}  // namespace

SynthesizeResult synthesize(const SynthesizeOptions& options,
                            const comm::Communicator& communicator,
                            const formats::Progress& progress) {
  const core::Stopwatch total;
  comm::Phase phase(communicator, "counting the entries");
  comm::together(communicator, [&] {
    require_consistent(options);
    require_space(options);
  });
  require_room_for_features(options, communicator);
  SyntheticModel model;
  comm::together(communicator, [&] { model = synthetic_model(options); });
  RowGenerator generator(options, model);
  const data::Range mine = even_part(options.rows, communicator);
  const Extents extents = count_entries(options, mine, generator, communicator, progress);
  const std::int64_t nonzeros = extents.all.entries;
  std::int64_t position = extents.before.entries;

  phase.turn_to("writing rows");
  const DataLayout layout = layout_of(options, model, nonzeros);
  DataWriter writer(options.output_path, layout, communicator);
  SynthesizeResult result;
  result.class_counts.resize(static_cast<std::size_t>(options.classes));
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
    for (const auto label : rows.labels) ++result.class_counts[label];
  };
  for_rows(options, mine, "writing rows", communicator, progress, write);
  phase.turn_to("waiting for the disk");
  writer.commit();
  communicator.sum(result.class_counts);
  result.rows = options.rows;
  result.features = options.features;
  result.ranks = communicator.size();
  result.nonzeros = layout.sparse ? nonzeros : options.rows * options.features;
  result.bytes = result.nonzeros * static_cast<std::int64_t>(hdf5::size_of(options.storage)) +
                 (layout.sparse ? 4 * nonzeros + 8 * options.rows : 0) + options.rows;
  result.seconds_total = total.seconds();
  return result;
}

}  // namespace mpilogit::importing
