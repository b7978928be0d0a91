#include "data/metadata/file_metadata.hpp"

#include <cmath>
#include <limits>

#include "data/metadata/feature_forms.hpp"
#include "data/metadata/feature_names.hpp"
#include "data/metadata/inspection.hpp"

namespace mpilogit::data {

namespace {

// Shape (rows) or (rows, 1).
Array inspect_rows(const hdf5::File& file, const std::string& name, std::int64_t rows) {
  Array array = inspect(file, name);
  const auto& dimensions = array.info.dimensions;
  const bool is_column = dimensions.size() == 1 || (dimensions.size() == 2 && dimensions[1] == 1);
  if (!is_column) {
    throw refused(
        file.where(name), "has the shape " + shape_text(dimensions),
        "one value for each row is needed",
        dimensions.size() == 2 ? "One-hot labels are written as one column of classes" : kWriteIt);
  }
  if (dimensions[0] != rows) {
    throw refused(file.path(),
                  name + " has " + std::to_string(dimensions[0]) + " rows, the features have " +
                      std::to_string(rows),
                  "there must be one value for each row");
  }
  return array;
}

std::vector<std::int64_t> whole_numbers(const hdf5::File& file, const std::string& name) {
  constexpr double kTwoTo53 = 9007199254740992.0;
  std::vector<std::int64_t> numbers;
  for (const double value : hdf5::read_doubles(file, name)) {
    if (!(std::abs(value) <= kTwoTo53) || value != std::trunc(value)) {
      throw refused(file.where(name), "holds a category that is not a whole number",
                    "classes are needed, not a target of a regression",
                    "Turn it into classes first, for example y > threshold");
    }
    numbers.push_back(static_cast<std::int64_t>(value));
  }
  return numbers;
}

ClassSet read_categories(const hdf5::File& file, const std::string& name) {
  const hdf5::ArrayInfo info = hdf5::inspect_array(file, name);
  if (info.dimensions.size() != 1) {
    throw refused(file.where(name), "has the shape " + shape_text(info.dimensions),
                  "categories have one dimension");
  }
  ClassSet categories;
  if (info.type == hdf5::ValueType::text) {
    categories.kind = LabelKind::text;
    categories.texts = hdf5::read_strings(file, name);
  } else if (hdf5::is_floating(info.type)) {
    categories.kind = LabelKind::floating;
    categories.numbers = whole_numbers(file, name);
  } else {
    categories.kind =
        info.type == hdf5::ValueType::boolean ? LabelKind::boolean : LabelKind::integer;
    categories.numbers = hdf5::read_integers(file, name);
  }
  return categories;
}

Column coded(const hdf5::File& file, const std::string& codes, const std::string& categories,
             std::int64_t rows) {
  Column column{inspect_rows(file, codes, rows), {}, {}};
  const hdf5::ValueType type = column.info.type;
  if (type == hdf5::ValueType::text || type == hdf5::ValueType::boolean ||
      hdf5::is_floating(type)) {
    throw refused(file.where(codes), "holds " + std::string(hdf5::to_string(type)) + " values",
                  "codes are integers, the places of the rows' categories");
  }
  column.categories = read_categories(file, categories);
  return column;
}

Column masked(const hdf5::File& file, const std::string& name, std::int64_t rows) {
  Column column{inspect_rows(file, name + "/values", rows), {}, {}};
  column.mask = inspect_rows(file, name + "/mask", rows);
  const hdf5::ValueType type = column.mask->info.type;
  if (type != hdf5::ValueType::boolean && type != hdf5::ValueType::uint8) {
    throw refused(file.where(name + "/mask"),
                  "holds " + std::string(hdf5::to_string(type)) + " values",
                  "a mask holds bools, true where a value is missing");
  }
  return column;
}

Column inspect_group(const hdf5::File& file, const std::string& name, std::int64_t rows) {
  const auto has = [&](const char* member) { return file.contains(name + "/" + member); };
  if (has("codes") && has("categories")) {
    return coded(file, name + "/codes", name + "/categories", rows);
  }
  if (has("values") && has("mask")) return masked(file, name, rows);
  const std::string kind = text_attribute(file, name, "encoding-type");
  throw refused(
      file.where(name),
      kind.empty() ? "is a group, not a data set" : "is a group of the kind '" + kind + "'",
      "a data set, a categorical (codes, categories) or a nullable array (values, mask) "
      "is needed here");
}

}  // namespace

// Before 0.8 AnnData kept the categories of all columns in a group beside them.
Column inspect_column(const hdf5::File& file, const std::string& name, std::int64_t rows) {
  refuse_foreign(file, name);
  if (file.is_group(name)) return inspect_group(file, name, rows);
  const std::string categories = member_of(parent_of(name), "__categories/" + last_of(name));
  if (file.contains(categories)) return coded(file, name, categories, rows);
  return {inspect_rows(file, name, rows), {}, {}};
}

std::optional<Column> inspect_numbers(const hdf5::File& file,
                                      const std::optional<std::string>& name, std::int64_t rows) {
  if (!name) return std::nullopt;
  Column column = inspect_column(file, *name, rows);
  require_number(file, column);
  if (column.categories) {
    throw refused(file.where(*name), "holds categories", "numbers are needed here");
  }
  return column;
}

std::optional<Column> inspect_groups(const hdf5::File& file, const std::optional<std::string>& name,
                                     std::int64_t rows) {
  if (!name) return std::nullopt;
  Column column = inspect_column(file, *name, rows);
  if (label_kind(column) == LabelKind::floating) {
    throw refused(file.where(*name),
                  column.categories
                      ? std::string("has categories of floating-point values")
                      : "holds " + std::string(hdf5::to_string(column.info.type)) + " values",
                  "groups are integers or strings", "Number the groups");
  }
  return column;
}

namespace {

// Columns are numbered by uint32 in memory, and their count must be one, too.
constexpr std::int64_t kMostFeatures = std::int64_t{std::numeric_limits<std::uint32_t>::max()} - 1;

constexpr const char* kSchema = "schema";

void inspect_labels(const hdf5::File& file, const Source& source, FileMetadata& metadata) {
  metadata.trials = inspect_numbers(file, source.trials, metadata.rows);
  if (!source.labels) return;
  metadata.labels = inspect_column(file, *source.labels, metadata.rows);
  if (source.trials && label_kind(*metadata.labels) == LabelKind::text) {
    throw refused(file.where(*source.labels), "holds strings",
                  "with trials it must hold the number of successes of each row",
                  "Leave the trials away if these are labels");
  }
  if (source.trials) metadata.labels = inspect_numbers(file, source.labels, metadata.rows);
}

// One value for each row, or none.
std::int64_t values_in(const hdf5::File& file, const std::string& name) {
  if (!file.contains(name) || file.leads_out(name) || file.is_group(name)) return -1;
  const auto dimensions = hdf5::dimensions(file, name);
  return dimensions.size() == 1 ? dimensions.front() : -1;
}

// A label for each column, and none for each row.
void refuse_transposed(const hdf5::File& file, const std::string& features, const Source& source,
                       const FileMetadata& metadata) {
  if (!source.labels || metadata.sparse || metadata.rows == metadata.features) return;
  if (values_in(file, *source.labels) != metadata.features) return;
  throw refused(
      file.where(features),
      "is transposed: it has the shape " + shape_text({metadata.rows, metadata.features}) +
          ", and there are " + std::to_string(metadata.features) + " labels",
      "rows × features are needed; R, Julia and MATLAB write a matrix features × rows",
      "Write the transposed matrix: t(X) in R, permutedims(X) in Julia, X' in MATLAB, X.T in "
      "Python");
}

std::vector<std::string> unused_columns(const hdf5::File& file, const std::string& features,
                                        const Source& source, std::int64_t rows) {
  std::vector<std::string> unused;
  for (const char* kind : {"weights", "offsets", "trials"}) {
    const std::string name = member_of(parent_of(features), kind);
    bool used = false;
    for (const auto* own :
         {&source.labels, &source.trials, &source.weights, &source.offsets, &source.groups}) {
      used = used || (*own && **own == name);
    }
    if (!used && values_in(file, name) == rows) unused.push_back(name);
  }
  return unused;
}

std::string read_schema(const hdf5::File& file) {
  if (!file.contains(kSchema)) return {};
  const auto texts = hdf5::read_strings(file, kSchema);
  if (texts.size() == 1) return texts.front();
  throw refused(file.where(kSchema), "is not one text", "the schema of an imported table is");
}

}  // namespace

FileMetadata read_file_metadata(const Source& source, const std::string& path) {
  hdf5::File file = hdf5::File::open(path);
  if (source.allow_external) file.allow_external_sources();
  FileMetadata metadata;
  metadata.path = path;
  const std::string features = find_features(file, source.features);
  inspect_features(file, features, metadata);
  if (metadata.features == 0) {
    throw refused(file.where(features), "has no columns", "there is nothing to learn from");
  }
  if (metadata.features > kMostFeatures) {
    throw refused(file.where(features), "has " + std::to_string(metadata.features) + " columns",
                  "at most " + std::to_string(kMostFeatures) + " are supported");
  }
  refuse_transposed(file, features, source, metadata);
  inspect_labels(file, source, metadata);
  metadata.weights = inspect_numbers(file, source.weights, metadata.rows);
  metadata.offsets = inspect_numbers(file, source.offsets, metadata.rows);
  metadata.groups = inspect_groups(file, source.groups, metadata.rows);
  metadata.feature_names = read_feature_names(file, features, metadata);
  metadata.schema = read_schema(file);
  metadata.column_numbers = read_column_numbers(file, features);
  metadata.unused = unused_columns(file, features, source, metadata.rows);
  return metadata;
}

}  // namespace mpilogit::data
