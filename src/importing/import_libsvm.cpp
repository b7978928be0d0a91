#include "importing/import_libsvm.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <span>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "core/units.hpp"
#include "data/column_numbers.hpp"
#include "formats/libsvm_reader.hpp"
#include "formats/survey.hpp"
#include "formats/values.hpp"
#include "importing/data_writer.hpp"
#include "importing/detail/rank_parts.hpp"
#include "model/model_file.hpp"
#include "model/path_file.hpp"

namespace mpilogit::importing {

namespace {

using formats::LibsvmRow;
using hdf5::ValueType;
using Where = core::FunctionRef<std::string()>;

constexpr std::int64_t kMostFeatures = std::int64_t{std::numeric_limits<std::uint32_t>::max()} - 1;

// Of this rank's rows, then of all.
struct Survey {
  Extent extent;
  std::int64_t least = kMostFeatures;  // column
  std::int64_t most = -1;
  std::int64_t queries = 0;
  std::int64_t inexact = 0;       // values that are no float32
  std::set<std::int64_t> labels;  // up to one more than are listed

  void add(const LibsvmRow& row) {
    ++extent.rows;
    extent.entries += std::ssize(row.columns);
    if (row.has_query) ++queries;
    add_label(static_cast<std::int64_t>(row.label));
    if (row.columns.empty()) return;
    least = std::min<std::int64_t>(least, row.columns.front());
    most = std::max<std::int64_t>(most, row.columns.back());
    for (const double value : row.values) {
      if (!formats::is_single_precision(value)) ++inexact;
    }
  }
  void add_label(std::int64_t label) {
    if (labels.size() <= formats::kMostListedClasses) labels.insert(label);
  }
  void combine(const comm::Communicator& communicator) {
    least = communicator.minimum(least);
    most = communicator.maximum(most);
    queries = communicator.sum(queries);
    inexact = communicator.sum(inexact);
    const std::vector<std::int64_t> mine(labels.begin(), labels.end());
    for (const auto label : communicator.all_gather(std::span(mine))) add_label(label);
  }
};

Survey survey_of(const formats::TextFiles& files, const comm::Communicator& communicator,
                 const formats::Progress& progress) {
  Survey survey;
  formats::LibsvmReader reader(files, static_cast<std::uint32_t>(kMostFeatures));
  formats::in_rounds(
      communicator,
      [&] { return reader.next([&](const LibsvmRow& row, Where) { survey.add(row); }); },
      [&](std::int64_t done) { progress("looking at the columns", done, files.bytes()); });
  survey.combine(communicator);
  return survey;
}

std::int64_t features_of(const ImportLibsvmOptions& options, const Survey& survey,
                         std::int64_t base) {
  if (options.features) return *options.features;
  if (survey.most - base >= kMostFeatures) {
    throw core::bad_input({.what = "has the column " + std::to_string(survey.most),
                           .where = options.files.front(),
                           .why = "columns are numbered from 0, and at most " +
                                  std::to_string(kMostFeatures) + " are supported",
                           .remedy = "Leave numbers out that do not occur"});
  }
  if (survey.most >= base) return survey.most - base + 1;
  throw core::bad_input({.what = "no row has a column",
                         .where = options.files.front(),
                         .why = "there is nothing to learn from",
                         .remedy = "Check the file, or give --features-count"});
}

struct Columns {
  data::ColumnNumbers numbers;
  std::int64_t features = 0;
};

Columns columns_in(const std::string& path) {
  constexpr const char* kFeatures = "X";  // where an import puts them
  Columns columns;
  if (model::is_model(path) || model::is_path(path)) {
    const model::Model model =
        model::is_model(path) ? model::read_model(path) : model::read_path(path).model;
    columns = {model.column_numbers, model.data_features()};
  } else if (const hdf5::File file = hdf5::File::open(path); file.contains(kFeatures)) {
    columns.numbers = data::read_column_numbers(file, kFeatures);
    const auto shape = columns.numbers.known()
                           ? hdf5::read_integers_attribute(file, kFeatures, "shape")
                           : std::vector<std::int64_t>();
    columns.features = shape.size() == 2 ? shape[1] : 0;
  }
  if (columns.numbers.known() && columns.features > 0) return columns;
  throw core::bad_input({.what = "does not say how LIBSVM's text numbers its columns",
                         .where = path,
                         .why = "it was not imported from such a text, or by an older program",
                         .remedy = "Give --base and --features-count instead of --like"});
}

// The same on every rank.
Columns columns_like(const std::string& path, const comm::Communicator& communicator) {
  Columns columns;
  comm::on_root(communicator, [&] {
    columns = columns_in(path);
    return std::string();
  });
  communicator.broadcast(columns);
  return columns;
}

// A base that is not given: 1 as LIBSVM has it, unless a column 0 occurs.
data::ColumnNumbers numbers_of(const ImportLibsvmOptions& options, const Survey& survey) {
  if (options.base) return {*options.base, true};
  return survey.least == 0 ? data::ColumnNumbers{0, true} : data::ColumnNumbers{1, false};
}

// The values of some rows, as they are stored.
class Buffer {
 public:
  Buffer(DataWriter& writer, ValueType storage, Extent position)
      : writer_(writer), storage_(storage), position_(position) {}

  void add(const LibsvmRow& row, std::int64_t base, std::int64_t features, Where where) {
    starts_.push_back(position_.entries + std::ssize(columns_));
    labels_.push_back(static_cast<std::int64_t>(row.label));
    for (std::size_t i = 0; i < row.columns.size(); ++i) {
      const std::int64_t column = row.columns[i] - base;
      if (column < 0 || column >= features) refuse_column(row.columns[i], base, features, where);
      columns_.push_back(static_cast<std::uint32_t>(column));
      storage_ == ValueType::float32 ? add_value(narrow(row.values[i], where))
                                     : add_value(row.values[i]);
    }
  }

  void flush() {
    const std::int64_t end = position_.entries + std::ssize(columns_);
    starts_.push_back(end);
    writer_.write_sparse(position_.rows, starts_, columns_, values_);
    writer_.write_labels(position_.rows, std::span<const std::int64_t>(labels_));
    position_ = {position_.rows + std::ssize(labels_), end};
    starts_.clear();
    columns_.clear();
    values_.clear();
    labels_.clear();
  }

 private:
  static float narrow(double value, Where where) {
    const auto narrowed = static_cast<float>(value);
    if (std::isfinite(narrowed)) return narrowed;
    throw core::bad_input({.what = "a value is too large for float32",
                           .where = where(),
                           .why = {},
                           .remedy = "Use --storage float64"});
  }

  [[noreturn]] static void refuse_column(std::uint32_t column, std::int64_t base,
                                         std::int64_t features, Where where) {
    throw core::bad_input({.what = "has the column " + std::to_string(column),
                           .where = where(),
                           .why = "columns are numbered from " + std::to_string(base) + " to " +
                                  std::to_string(features + base - 1),
                           .remedy = "Check --base and --features-count (or --like)"});
  }

  template <class Value>
  void add_value(Value value) {
    const auto bytes = std::as_bytes(std::span<const Value>(&value, 1));
    values_.insert(values_.end(), bytes.begin(), bytes.end());
  }

  DataWriter& writer_;
  ValueType storage_;
  Extent position_;
  std::vector<std::int64_t> starts_;
  std::vector<std::uint32_t> columns_;
  std::vector<std::byte> values_;
  std::vector<std::int64_t> labels_;
};

// The text once more, row by row into the data set.
void write_rows(const ImportLibsvmOptions& options, const formats::TextFiles& files,
                const data::ColumnNumbers& numbers, const Extents& extents,
                const ImportLibsvmResult& result, comm::Phase& phase,
                const comm::Communicator& communicator, const formats::Progress& progress) {
  phase.turn_to("writing rows");
  DataLayout layout;
  layout.rows = result.rows;
  layout.features = result.features;
  layout.sparse = true;
  layout.nonzeros = result.nonzeros;
  layout.values = result.storage;
  layout.labels = {ValueType::int64};
  layout.further = [&](const hdf5::File& file) { data::write_column_numbers(file, "X", numbers); };
  DataWriter writer(options.output_path, layout, communicator);
  Buffer buffer(writer, result.storage, extents.before);
  formats::LibsvmReader reader(files, static_cast<std::uint32_t>(kMostFeatures));
  formats::in_rounds(
      communicator,
      [&] {
        const std::int64_t size = reader.next([&](const LibsvmRow& row, Where where) {
          buffer.add(row, result.base, result.features, where);
        });
        if (size > 0) buffer.flush();
        return size;
      },
      [&](std::int64_t done) { progress("writing rows", done, files.bytes()); });
  phase.turn_to("waiting for the disk");
  writer.commit();
}

}  // namespace

ImportLibsvmResult import_libsvm(const ImportLibsvmOptions& given,
                                 const comm::Communicator& communicator,
                                 const formats::Progress& progress) {
  const core::Stopwatch total;
  ImportLibsvmOptions options = given;
  Columns like;
  if (options.like) {
    like = columns_like(*options.like, communicator);
    options.base = like.numbers.base;
    options.features = like.features;
  }
  comm::Phase phase(communicator, "reading text");
  const formats::TextFiles files(formats::libsvm_source(options.files), communicator, progress);
  const Survey survey = survey_of(files, communicator, progress);
  const Extents extents = add_up(survey.extent, communicator);

  ImportLibsvmResult result;
  const data::ColumnNumbers numbers = options.like ? like.numbers : numbers_of(options, survey);
  result.base = numbers.base;
  result.base_certain = numbers.certain;
  comm::together(communicator, [&] {
    if (extents.all.rows == 0) {
      throw core::bad_input({.what = "has comments only",
                             .where = options.files.front(),
                             .why = {},
                             .remedy = "Name a file with rows"});
    }
    result.features = features_of(options, survey, result.base);
  });
  result.rows = extents.all.rows;
  result.nonzeros = extents.all.entries;
  result.queries = survey.queries;
  if (survey.labels.size() <= formats::kMostListedClasses) {
    for (const auto label : survey.labels) result.classes.push_back(std::to_string(label));
  }
  result.storage =
      options.storage.value_or(survey.inexact == 0 ? ValueType::float32 : ValueType::float64);

  write_rows(options, files, numbers, extents, result, phase, communicator, progress);
  result.text_bytes = files.bytes();
  result.ranks = communicator.size();
  result.seconds_total = total.seconds();
  return result;
}

}  // namespace mpilogit::importing
