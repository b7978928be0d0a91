#include "data/metadata/foreign_forms.hpp"

#include "data/metadata/inspection.hpp"

namespace mpilogit::data {

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
