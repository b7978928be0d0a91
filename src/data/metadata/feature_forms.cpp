#include "data/metadata/feature_forms.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "data/metadata/foreign_forms.hpp"
#include "data/metadata/inspection.hpp"

namespace mpilogit::data {

namespace {

void inspect_dense(const hdf5::File& file, const std::string& name, FileMetadata& metadata) {
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
                  "Convert it in Python: X = X.tocsr() (of AnnData: adata.X = adata.X.tocsr()), "
                  "and write it again");
  }
  throw refused(where, "is of the kind '" + format + "'",
                "dense arrays and csr_matrix groups can be read");
}

using Shape2 = std::array<std::int64_t, 2>;

Shape2 two_sizes(const std::vector<std::int64_t>& sizes, const std::string& where,
                 const std::string& what) {
  if (sizes.size() == 2 && sizes[0] >= 0 && sizes[1] >= 0) return {sizes[0], sizes[1]};
  throw refused(where, what + " is not two sizes", "it must be (rows, features)");
}

// Rows and features as the attribute says; h5sparse is the older form of the same.
Shape2 csr_shape(const hdf5::File& file, const std::string& name) {
  for (const char* format : {"encoding-type", "h5sparse_format"}) {
    if (hdf5::has_attribute(file, name, format)) {
      require_csr(hdf5::read_text_attribute(file, name, format), file.where(name));
    }
  }
  for (const char* shape : {"shape", "h5sparse_shape"}) {
    if (!hdf5::has_attribute(file, name, shape)) continue;
    return two_sizes(hdf5::read_integers_attribute(file, name, shape), file.where(name),
                     "its attribute " + std::string(shape));
  }
  throw refused(file.where(name), "is a group without the attribute 'shape'",
                "a dense array or a CSR group (data, indices, indptr; attributes encoding-type and "
                "shape) can be read",
                "Write such groups with anndata.experimental.write_elem");
}

// The file says features × cells.
Shape2 tenx_shape(const hdf5::File& file, const std::string& name) {
  const std::string shape = member_of(name, "shape");
  const auto sizes = hdf5::dimensions(file, shape) == std::vector<std::int64_t>{2}
                         ? hdf5::read_integers(file, shape)
                         : std::vector<std::int64_t>();
  const Shape2 swapped = two_sizes(sizes, file.where(shape), "it");
  return {swapped[1], swapped[0]};
}

void inspect_sparse(const hdf5::File& file, const std::string& name, const Shape2& shape,
                    FileMetadata& metadata) {
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
  // Of a file without rows nobody reads indptr, which would not end with them.
  if (metadata.rows == 0 && metadata.nonzeros != 0) {
    throw refused(file.where(name), "has " + std::to_string(metadata.nonzeros) + " entries",
                  "there are no rows that they could be in");
  }
}

}  // namespace

bool is_tenx(const hdf5::File& file, const std::string& group) {
  if (!has_group(file, group)) return false;
  for (const char* attribute : {"shape", "h5sparse_shape", "encoding-type"}) {
    if (hdf5::has_attribute(file, group, attribute)) return false;
  }
  constexpr std::array kMembers = {"data", "indices", "indptr", "shape"};
  return std::all_of(kMembers.begin(), kMembers.end(),
                     [&](const char* member) { return file.contains(member_of(group, member)); });
}

std::string find_features(const hdf5::File& file, const std::string& wanted) {
  constexpr const char* kDefault = "X";
  constexpr const char* kTenx = "matrix";
  if (wanted == kDefault && !file.contains(kDefault) && is_tenx(file, kTenx)) return kTenx;
  return wanted;
}

void inspect_features(const hdf5::File& file, const std::string& name, FileMetadata& metadata) {
  refuse_foreign(file, name);
  if (!file.is_group(name)) {
    inspect_dense(file, name, metadata);
  } else {
    inspect_sparse(file, name, is_tenx(file, name) ? tenx_shape(file, name) : csr_shape(file, name),
                   metadata);
  }
}

}  // namespace mpilogit::data
