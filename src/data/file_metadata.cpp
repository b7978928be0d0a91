#include <limits>

#include "mpilogit/core/error.hpp"
#include "mpilogit/hdf5/file.hpp"

#include "data/metadata.hpp"

namespace mpilogit::data {

namespace {

// Columns are numbered by uint32 in memory, and their count must be one, too.
constexpr std::int64_t kMostFeatures = std::int64_t{std::numeric_limits<std::uint32_t>::max()} - 1;

constexpr const char* kFeatureNames = "feature_names";
constexpr const char* kSchema = "schema";
constexpr const char* kWrite = "Write it as docs/formats.md describes";

core::Error refused(const std::string& where, const std::string& what, const std::string& why,
                    const std::string& remedy = kWrite) {
  return core::bad_input({.what = what, .where = where, .why = why, .remedy = remedy});
}

std::string shape_text(const std::vector<std::int64_t>& dimensions) {
  std::string text = "(";
  for (const auto size : dimensions) text += std::to_string(size) + ", ";
  if (dimensions.size() > 1) text.resize(text.size() - 2);
  if (dimensions.size() == 1) text.pop_back();
  return text + ")";
}

Array inspect(const hdf5::File& file, const std::string& name) {
  return {name, hdf5::inspect_array(file, name)};
}

void require_number(const hdf5::File& file, const Array& array) {
  if (array.info.type != hdf5::ValueType::text) return;
  throw refused(file.where(array.name), "holds strings", "numbers are needed here");
}

void read_dense(const hdf5::File& file, const std::string& name, FileMetadata& metadata) {
  metadata.values = inspect(file, name);
  const auto& dimensions = metadata.values.info.dimensions;
  if (dimensions.size() != 2) {
    throw refused(file.where(name), "has the shape " + shape_text(dimensions),
                  "rows × features, that is two dimensions, are needed",
                  "A single feature is written with shape (rows, 1)");
  }
  require_number(file, metadata.values);
  metadata.rows = dimensions[0];
  metadata.features = dimensions[1];
  if (__builtin_mul_overflow(metadata.rows, metadata.features, &metadata.nonzeros)) {
    throw refused(file.where(name), "is too large", "its values cannot be counted");
  }
}

void require_csr(const std::string& format, const std::string& where) {
  if (format == "csr_matrix" || format == "csr") return;
  if (format == "csc_matrix" || format == "csc") {
    throw refused(where, "is stored by columns (" + format + ")",
                  "ranks read rows, which would need the whole file",
                  "Convert it in Python: X = X.tocsr(), and write it again");
  }
  throw refused(where, "is of the kind '" + format + "'",
                "dense arrays and csr_matrix groups can be read");
}

// Rows and features as the attribute says; h5sparse is the older form of the same.
std::vector<std::int64_t> csr_shape(const hdf5::File& file, const std::string& name) {
  for (const char* format : {"encoding-type", "h5sparse_format"}) {
    if (hdf5::has_attribute(file, name, format)) {
      require_csr(hdf5::read_text_attribute(file, name, format), file.where(name));
    }
  }
  for (const char* shape : {"shape", "h5sparse_shape"}) {
    if (!hdf5::has_attribute(file, name, shape)) continue;
    auto sizes = hdf5::read_integers_attribute(file, name, shape);
    if (sizes.size() == 2 && sizes[0] >= 0 && sizes[1] >= 0) return sizes;
    throw refused(file.where(name), "its attribute " + std::string(shape) + " is not two sizes",
                  "it must be (rows, features)");
  }
  const bool pandas = hdf5::has_attribute(file, name, "pandas_type");
  throw refused(file.where(name),
                pandas ? "was written by pandas" : "is a group without the attribute 'shape'",
                "a dense array or a CSR group (data, indices, indptr; attributes encoding-type and "
                "shape) can be read",
                pandas ? "Write it with h5py: file['X'] = frame.to_numpy()"
                       : "Write such groups with anndata.experimental.write_elem");
}

Array inspect_vector(const hdf5::File& file, const std::string& name, bool integers) {
  Array array = inspect(file, name);
  if (array.info.dimensions.size() != 1) {
    throw refused(file.where(name), "has the shape " + shape_text(array.info.dimensions),
                  "one dimension is needed");
  }
  require_number(file, array);
  if (integers && hdf5::is_floating(array.info.type)) {
    throw refused(file.where(name),
                  "holds " + std::string(hdf5::to_string(array.info.type)) + " values",
                  "integers are needed here");
  }
  return array;
}

void read_sparse(const hdf5::File& file, const std::string& name, FileMetadata& metadata) {
  const auto shape = csr_shape(file, name);
  metadata.sparse = true;
  metadata.rows = shape[0];
  metadata.features = shape[1];
  metadata.values = inspect_vector(file, name + "/data", false);
  metadata.indices = inspect_vector(file, name + "/indices", true);
  metadata.indptr = inspect_vector(file, name + "/indptr", true);
  metadata.nonzeros = metadata.values.info.rows();
  if (metadata.indices.info.rows() != metadata.nonzeros) {
    throw refused(file.where(name),
                  "indices has " + std::to_string(metadata.indices.info.rows()) +
                      " entries, data has " + std::to_string(metadata.nonzeros),
                  "there must be one column index for each value");
  }
  if (metadata.indptr.info.rows() - 1 != metadata.rows) {
    throw refused(file.where(name),
                  "indptr has " + std::to_string(metadata.indptr.info.rows()) +
                      " entries, the shape says " + std::to_string(metadata.rows) + " rows",
                  "there must be one entry more than rows");
  }
}

// A value for each row: shape (rows) or (rows, 1).
Array inspect_column(const hdf5::File& file, const std::string& name, std::int64_t rows) {
  Array array = inspect(file, name);
  const auto& dimensions = array.info.dimensions;
  const bool is_column = dimensions.size() == 1 || (dimensions.size() == 2 && dimensions[1] == 1);
  if (!is_column) {
    throw refused(
        file.where(name), "has the shape " + shape_text(dimensions),
        "one value for each row is needed",
        dimensions.size() == 2 ? "One-hot labels are written as one column of classes" : kWrite);
  }
  if (dimensions[0] != rows) {
    throw refused(file.path(),
                  name + " has " + std::to_string(dimensions[0]) + " rows, the features have " +
                      std::to_string(rows),
                  "there must be one value for each row");
  }
  return array;
}

std::optional<Array> inspect_numbers(const hdf5::File& file, const std::optional<std::string>& name,
                                     std::int64_t rows) {
  if (!name) return std::nullopt;
  Array array = inspect_column(file, *name, rows);
  require_number(file, array);
  return array;
}

std::optional<Array> inspect_groups(const hdf5::File& file, const std::optional<std::string>& name,
                                    std::int64_t rows) {
  if (!name) return std::nullopt;
  Array array = inspect_column(file, *name, rows);
  if (hdf5::is_floating(array.info.type)) {
    throw refused(file.where(*name),
                  "holds " + std::string(hdf5::to_string(array.info.type)) + " values",
                  "groups are integers or strings", "Number the groups");
  }
  return array;
}

void inspect_labels(const hdf5::File& file, const Source& source, FileMetadata& metadata) {
  metadata.trials = inspect_numbers(file, source.trials, metadata.rows);
  if (!source.labels) return;
  metadata.labels = inspect_column(file, *source.labels, metadata.rows);
  if (source.trials && metadata.labels->info.type == hdf5::ValueType::text) {
    throw refused(file.where(*source.labels), "holds strings",
                  "with trials it must hold the number of successes of each row",
                  "Leave the trials away if these are labels");
  }
}

std::vector<std::string> read_feature_names(const hdf5::File& file, std::int64_t features) {
  if (!file.contains(kFeatureNames)) return {};
  auto names = hdf5::read_strings(file, kFeatureNames);
  if (static_cast<std::int64_t>(names.size()) != features) {
    throw refused(file.where(kFeatureNames), "has " + std::to_string(names.size()) + " names",
                  "there are " + std::to_string(features) + " features");
  }
  return names;
}

std::string read_schema(const hdf5::File& file) {
  if (!file.contains(kSchema)) return {};
  const auto texts = hdf5::read_strings(file, kSchema);
  if (texts.size() == 1) return texts.front();
  throw refused(file.where(kSchema), "is not one text", "the schema of an imported table is");
}

}  // namespace

FileMetadata read_file_metadata(const Source& source, const std::string& path) {
  const hdf5::File file = hdf5::File::open(path);
  FileMetadata metadata;
  metadata.path = path;
  if (file.is_group(source.features)) {
    read_sparse(file, source.features, metadata);
  } else {
    read_dense(file, source.features, metadata);
  }
  if (metadata.features == 0) {
    throw refused(file.where(source.features), "has no columns", "there is nothing to learn from");
  }
  if (metadata.features > kMostFeatures) {
    throw refused(file.where(source.features),
                  "has " + std::to_string(metadata.features) + " columns",
                  "at most " + std::to_string(kMostFeatures) + " are supported");
  }
  inspect_labels(file, source, metadata);
  metadata.weights = inspect_numbers(file, source.weights, metadata.rows);
  metadata.offsets = inspect_numbers(file, source.offsets, metadata.rows);
  metadata.groups = inspect_groups(file, source.groups, metadata.rows);
  metadata.feature_names = read_feature_names(file, metadata.features);
  metadata.schema = read_schema(file);
  return metadata;
}

}  // namespace mpilogit::data
