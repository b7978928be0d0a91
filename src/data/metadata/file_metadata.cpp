#include <limits>

#include "data/metadata/column_forms.hpp"
#include "data/metadata/feature_forms.hpp"
#include "data/metadata/feature_names.hpp"
#include "data/metadata/inspection.hpp"

namespace mpilogit::data {

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
