#include "scoring/raw_table.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "core/file_status.hpp"
#include "importing/data_writer.hpp"
#include "importing/table_file.hpp"

namespace mpilogit::scoring {

namespace {

// What cannot be read here is for the reader to name.
enum class Kind { hdf5, raw, unreadable };

// The signature stands at the beginning, or behind a block of the user's own of 512 bytes or a
// power of two above.
Kind kind_of(const std::string& path) {
  constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
  std::error_code unknown;  // a pipe would be waited for
  if (!std::filesystem::is_regular_file(path, unknown)) return Kind::unreadable;
  std::ifstream file(path, std::ios::binary);
  if (!file) return Kind::unreadable;
  std::array<char, kSignature.size()> bytes{};
  for (std::streamoff at = 0; at < (1 << 20); at = at == 0 ? 512 : 2 * at) {
    file.seekg(at);
    if (!file.read(bytes.data(), bytes.size())) break;
    if (std::string_view(bytes.data(), bytes.size()) == kSignature) return Kind::hdf5;
  }
  return file.bad() ? Kind::unreadable : Kind::raw;
}

/// The labels that the model knows, as they may stand in a table.
class KnownLabels {
 public:
  KnownLabels(const model::Model& model, const formats::TextFiles& files,
              const formats::TargetColumns& targets)
      : files_(files), targets_(targets), text_(model.classes.kind == data::LabelKind::text) {
    texts_.insert(model.classes.texts.begin(), model.classes.texts.end());
    for (const auto number : model.classes.numbers) {
      numbers_.insert(static_cast<std::int64_t>(number));
    }
  }

  void require(const formats::Row& row) const {
    if (!targets_.label) return;
    const std::string_view field = row.fields[*targets_.label];
    const auto number = formats::whole_number_in(field);
    if (text_ ? texts_.contains(field) : number && numbers_.contains(*number)) return;
    throw formats::bad_row(files_, row, fmt::format("the label '{}' is unknown", field),
                           "it is none of the model's classes",
                           "Correct it; --labels names another column");
  }

 private:
  const formats::TextFiles& files_;
  formats::TargetColumns targets_;
  bool text_;
  std::set<std::string, std::less<>> texts_;
  std::set<std::int64_t> numbers_;
};

formats::TargetColumns targets_of(const RawOptions& options, RawTable::For use,
                                  const formats::Schema& schema, const formats::TextFiles& files) {
  formats::TargetColumns targets;
  if (use == RawTable::For::prediction) return targets;
  const std::string label = options.label.value_or(schema.label);
  if (label.empty()) {
    throw core::bad_input({.what = "has no labels to compare with",
                           .where = files.paths().front(),
                           .why = "the model's table had none",
                           .remedy = "--labels names the column"});
  }
  targets.label = formats::column_called(label, files, options.label ? "--labels" : "the schema");
  if (options.weights) {
    targets.weights = formats::column_called(*options.weights, files, "--weights");
  }
  return targets;
}

formats::TextSource source_of(const std::vector<std::string>& files,
                              const formats::Schema& schema) {
  return {.paths = files,
          .delimiter = schema.delimiter,
          .quote = schema.quote,
          .header = schema.header};
}

std::vector<std::pair<std::string, std::int64_t>> unseen_of(
    const formats::Encoder& encoder, const formats::Schema& schema,
    const comm::Communicator& communicator) {
  std::vector<std::int64_t> counts = encoder.unseen();
  communicator.sum(counts);
  std::vector<std::pair<std::string, std::int64_t>> unseen;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) unseen.emplace_back(schema.columns[i].name, counts[i]);
  }
  return unseen;
}

// What the model knows of the table that it came from; `file`: one of the tables at hand.
formats::Schema schema_of_raw_rows(const model::Model& model, const std::string& model_path,
                                   const std::string& file) {
  if (model.schema.empty()) {
    throw core::bad_input({.what = "is no HDF5 file",
                           .where = file,
                           .why = model_path + " does not know the columns of raw tables",
                           .remedy = model.column_numbers.known()
                                         ? "Import the rows: mpilogit import libsvm " + file +
                                               " --like " + model_path + " --output ROWS.h5"
                                         : "Only models of data that 'mpilogit import csv' "
                                           "wrote do"});
  }
  formats::Schema schema = formats::schema_from(model.schema, model_path);
  if (schema.features() != model.data_features()) {
    throw core::bad_input(
        {.what = fmt::format("has coefficients for {} features", model.data_features()),
         .where = model_path,
         .why = fmt::format("its schema makes {} of a raw row", schema.features()),
         .remedy = "The model is damaged: train it again"});
  }
  return schema;
}

}  // namespace

bool are_raw_tables(const std::vector<std::string>& files, const comm::Communicator& communicator) {
  const std::string answer = comm::on_root(communicator, [&] {
    const auto is = [&](Kind kind) {
      return std::count_if(files.begin(), files.end(),
                           [&](const std::string& file) { return kind_of(file) == kind; });
    };
    if (is(Kind::raw) > 0 && is(Kind::hdf5) > 0) {
      throw core::bad_input({.what = "the files are of two kinds",
                             .where = files.front(),
                             .why = "some are HDF5 and some are not",
                             .remedy = "Give them in two commands"});
    }
    return std::string(is(Kind::raw) == std::ssize(files) ? "raw" : "");
  });
  return !answer.empty();
}

RawTable::RawTable(const std::vector<std::string>& files, const RawOptions& options, For use,
                   const model::Model& model, const std::string& model_path,
                   const std::string& beside, const comm::Communicator& communicator) {
  formats::Schema schema;
  comm::together(communicator,
                 [&] { schema = schema_of_raw_rows(model, model_path, files.front()); });
  const std::string path = comm::on_root(communicator, [&] {
    folder_ = std::make_unique<core::PrivateFolder>(core::target_of(beside) + ".rows");
    return folder_->path() + "/rows";
  });
  const formats::TextFiles text(source_of(files, schema), communicator, options.progress);
  formats::TargetColumns targets;
  std::optional<formats::Encoder> encoder;
  comm::together(communicator, [&] {
    targets = targets_of(options, use, schema, text);
    encoder.emplace(
        schema, text, targets, options.unseen,
        use == For::prediction ? formats::Dropped::refused : formats::Dropped::left_out);
  });
  const KnownLabels known(model, text, targets);
  formats::Extent extent = formats::measure(
      text, *encoder, targets, [&](const formats::Row& row) { known.require(row); }, communicator,
      options.progress);
  extent.label = model.classes.kind == data::LabelKind::text ? formats::LabelForm::text
                                                             : formats::LabelForm::integer;
  report_.unseen = unseen_of(*encoder, schema, communicator);
  report_.unused_columns = formats::columns_without_use(schema, text, targets);
  report_.dropped = extent.dropped;
  importing::TableStorage storage =
      importing::choose_storage(schema, extent, importing::StorageForm::automatic,
                                importing::StorageType::automatic, files.front());
  storage.readers = core::Readers::owner_alone;
  file_ = importing::write_table(path, text, *encoder, schema, targets, extent, storage,
                                 communicator, options.progress);
  source_.files = {file_->lend()};
  source_.labels = targets.label ? std::optional<std::string>("y") : std::nullopt;
  if (targets.weights) source_.weights = "weights";
}

RawTable::~RawTable() = default;

std::string place_for_rows(const comm::Communicator& communicator) {
  const bool one_host = communicator.on_this_host().size() == communicator.size();
  return comm::on_root(communicator, [&] {
    const char* folder = std::getenv("TMPDIR");
    if (!one_host) return std::string("mpilogit");
    return std::string(folder == nullptr || *folder == '\0' ? "/tmp" : folder) + "/mpilogit";
  });
}

}  // namespace mpilogit::scoring
