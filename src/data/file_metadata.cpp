#include <limits>

#include "data/column_forms.hpp"
#include "data/feature_forms.hpp"
#include "data/feature_names.hpp"
#include "data/inspection.hpp"

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
  inspect_labels(file, source, metadata);
  metadata.weights = inspect_numbers(file, source.weights, metadata.rows);
  metadata.offsets = inspect_numbers(file, source.offsets, metadata.rows);
  metadata.groups = inspect_groups(file, source.groups, metadata.rows);
  metadata.feature_names = read_feature_names(file, features, metadata);
  metadata.schema = read_schema(file);
  return metadata;
}

}  // namespace mpilogit::data
