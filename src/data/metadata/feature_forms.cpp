#include "data/metadata/feature_forms.hpp"

#include <algorithm>
#include <array>
#include <utility>

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

namespace {

std::string pandas_remedy(const hdf5::File& file, const std::string& key) {
  return "In Python: frame = pandas.read_hdf('" + file.path() + "', '" + key +
         "'); then, with h5py.File('data.h5', 'w') as f: f['X'] = "
         "frame.drop(columns='y').to_numpy(); f['y'] = frame['y'].to_numpy(). Or "
         "frame.to_csv('data.csv', index=False) and `mpilogit import csv data.csv`";
}

void refuse_pandas(const hdf5::File& file, const std::string& name) {
  const bool fixed = has_group(file, name) && file.contains(name + "/axis0") &&
                     file.contains(name + "/block0_values");
  if (!fixed && !hdf5::has_attribute(file, name, "pandas_type")) return;
  throw refused(file.where(name), "was written by pandas (DataFrame.to_hdf)",
                "it keeps frames in a form of its own", pandas_remedy(file, name));
}

void refuse_pytables(const hdf5::File& file, const std::string& name) {
  if (text_attribute(file, name, "CLASS") != "TABLE") return;
  throw refused(file.where(name), "is a table of PyTables",
                "it holds records of several fields, not rows of numbers",
                "In Python: table = tables.open_file('" + file.path() + "').root." + last_of(name) +
                    "[:]; then, with h5py.File('data.h5', 'w') as f: f['X'] = "
                    "numpy.column_stack([table[field] for field in ...]); f['y'] = table[...]");
}

// Its first index runs fastest, HDF5's last one does: what it calls rows × features is stored as
// features × rows.
void refuse_matlab(const hdf5::File& file, const std::string& name) {
  const bool sparse = hdf5::has_attribute(file, name, "MATLAB_sparse");
  if (!sparse && !hdf5::has_attribute(file, name, "MATLAB_class")) return;
  throw refused(file.where(name),
                sparse ? "is a sparse matrix of MATLAB" : "is an array of MATLAB (save -v7.3)",
                sparse ? "it is stored by columns" : "rows and columns are swapped in it",
                sparse ? "Write it from Python, as a scipy.sparse.csr_matrix (docs/formats.md)"
                       : "In MATLAB: h5create('data.h5', '/X', size(X')); h5write('data.h5', '/X', "
                         "X'); and likewise y, as one row");
}

// Up to 0.6 the columns of obs are fields of records.
void refuse_old_anndata(const hdf5::File& file, const std::string& name) {
  const std::string table = parent_of(name);
  if (table != "obs" || file.contains(name) || !file.contains(table) || has_group(file, table)) {
    return;
  }
  throw refused(file.where(table), "is a table of records",
                "AnnData wrote it so before version 0.7, and its columns cannot be read one by one",
                "In Python: anndata.read_h5ad('" + file.path() + "').write('new.h5ad')");
}

// A column of an AnnData file that is not there: those that are.
void refuse_missing_column(const hdf5::File& file, const std::string& name) {
  constexpr const char* kColumns = "obs";
  if (file.contains(name) || !has_group(file, kColumns)) return;
  std::string columns;
  for (const auto& column : file.members(kColumns)) {
    if (column.starts_with("_")) continue;
    columns += (columns.empty() ? "" : ", ") + std::string(kColumns) + "/" + column;
  }
  throw refused(file.path(), "there is no '" + name + "'",
                "this is a file of AnnData, whose columns are in obs: " + columns,
                "Name one of them, as in --labels obs/NAME");
}

}  // namespace

void refuse_foreign(const hdf5::File& file, const std::string& name) {
  refuse_old_anndata(file, name);
  if (!file.contains(name)) {
    if (name != "X") refuse_missing_column(file, name);
    return;  // opening it says what there is
  }
  if (file.leads_out(name)) return;  // likewise
  refuse_pandas(file, name);
  refuse_pytables(file, name);
  refuse_matlab(file, name);
}

}  // namespace mpilogit::data
