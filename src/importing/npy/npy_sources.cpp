#include "importing/npy/npy_sources.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "core/error.hpp"

namespace mpilogit::importing {

namespace {

using formats::NpyArray;
using formats::ZipArchive;
using hdf5::ValueType;

constexpr std::int64_t kMostColumns = std::int64_t{std::numeric_limits<std::uint32_t>::max()} - 1;

constexpr std::int64_t kMostSize = std::int64_t{1} << 53;

constexpr const char* kSaveIt = "Save it again";

std::string shape_text(const NpyArray& array) {
  std::string text;
  for (const auto size : array.shape()) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "(" + text + ")";
}

// Members are called as numpy's users call them: without ".npy".
std::string member_name(const std::string& array) {
  return array.ends_with(".npy") ? array : array + ".npy";
}

NpyArray open_member(const ZipArchive& archive, const std::string& array) {
  return NpyArray(archive.open(member_name(array)));
}

std::string arrays_of(const ZipArchive& archive) {
  std::string names;
  for (const auto& member : archive.members()) {
    const bool is_array = member.ends_with(".npy");
    names +=
        (names.empty() ? "" : ", ") + (is_array ? member.substr(0, member.size() - 4) : member);
  }
  return names.empty() ? "nothing" : names;
}

bool is_scipy(const ZipArchive& archive) {
  constexpr std::array kMembers = {"format.npy", "shape.npy", "data.npy"};
  return std::all_of(kMembers.begin(), kMembers.end(),
                     [&](const char* member) { return archive.contains(member); });
}

// "csr", "csc", "coo": which members there are depends on it.
std::string scipy_form(const ZipArchive& archive, const std::string& path) {
  NpyArray format = open_member(archive, "format");
  const bool text = format.type().is_text() && format.elements() == 1;
  const std::string name = text ? format.texts(0, 1).front() : "?";
  if (name == "csr" || name == "csc" || name == "coo") return name;
  throw refused(path, "holds a scipy matrix of the form " + name, "csr, csc and coo can be read",
                "Convert it: scipy.sparse.save_npz(path, X.tocsr())");
}

void require_vector(const NpyArray& array, std::int64_t size, const std::string& counted) {
  if (array.shape().size() == 1 && array.shape()[0] == size) return;
  throw refused(array.name(), "has the shape " + shape_text(array),
                std::to_string(size) + " " + counted + " are needed", kSaveIt);
}

// Rows and columns.
std::array<std::int64_t, 2> scipy_shape(const ZipArchive& archive, const std::string& path) {
  NpyArray shape = open_member(archive, "shape");
  require_vector(shape, 2, "sizes");
  const std::vector<std::int64_t> sizes = shape.integers(0, 2);
  const auto [least, most] = std::minmax(sizes[0], sizes[1]);
  if (least < 0 || most > kMostSize) {
    throw refused(path, "has a shape that is none", "the file is damaged", kSaveIt);
  }
  return {sizes[0], sizes[1]};
}

std::unique_ptr<NpySparse> open_csr(const ZipArchive& archive, const std::string& path) {
  const auto [rows, columns] = scipy_shape(archive, path);
  auto sparse = std::make_unique<NpySparse>(NpySparse{rows, columns, open_member(archive, "data"),
                                                      open_member(archive, "indices"),
                                                      open_member(archive, "indptr")});
  require_vector(sparse->starts, sparse->rows + 1, "starts of rows");
  require_vector(sparse->indices, sparse->values.elements(), "columns, one for each value,");
  return sparse;
}

std::unique_ptr<NpyEntries> open_entries(const ZipArchive& archive, const std::string& path,
                                         bool by_columns) {
  const auto [rows, columns] = scipy_shape(archive, path);
  auto entries = std::make_unique<NpyEntries>(
      NpyEntries{rows, columns, open_member(archive, "data"),
                 open_member(archive, by_columns ? "indices" : "row"), nullptr, nullptr});
  require_vector(entries->row_numbers, entries->values.elements(), "rows, one for each value,");
  if (by_columns) {
    entries->starts = std::make_unique<NpyArray>(open_member(archive, "indptr"));
    require_vector(*entries->starts, columns + 1, "starts of columns");
  } else {
    entries->column_numbers = std::make_unique<NpyArray>(open_member(archive, "col"));
    require_vector(*entries->column_numbers, entries->values.elements(),
                   "columns, one for each value,");
  }
  return entries;
}

void open_sparse(const ZipArchive& archive, const std::string& path, NpySources& sources) {
  const std::string form = scipy_form(archive, path);
  if (form == "csr") {
    sources.sparse = open_csr(archive, path);
  } else {
    sources.entries = open_entries(archive, path, form == "csc");
  }
}

NpyArray only_matrix(const ZipArchive& archive, const std::string& path) {
  std::vector<std::string> candidates;
  for (const auto& member : archive.members()) {
    if (member.ends_with(".npy") && NpyArray(archive.open(member)).shape().size() == 2) {
      candidates.push_back(member);
    }
  }
  if (candidates.size() == 1) return open_member(archive, candidates.front());
  throw refused(path,
                candidates.empty() ? "holds no array of two dimensions"
                                   : "holds several arrays of two dimensions",
                "it holds " + arrays_of(archive), "Name the features: --features NAME");
}

void require_matrix(const NpyArray& array) {
  if (array.shape().size() != 2) {
    throw refused(array.name(), "has the shape " + shape_text(array),
                  "rows × features, that is two dimensions, are needed",
                  "A single feature is saved with shape (rows, 1)");
  }
  if (array.fortran_order() && !array.random_access()) {
    throw refused(array.name(), "is compressed and in Fortran order",
                  "rows are read, of which every column has a piece",
                  "Save it as numpy.ascontiguousarray(X), or with numpy.savez");
  }
}

void note_shape(NpySources& sources) {
  if (sources.dense) {
    sources.rows = sources.dense->shape()[0];
    sources.columns = sources.dense->shape()[1];
    sources.values = sources.dense.get();
  } else if (sources.sparse) {
    sources.rows = sources.sparse->rows;
    sources.columns = sources.sparse->columns;
    sources.values = &sources.sparse->values;
  } else {
    sources.rows = sources.entries->rows;
    sources.columns = sources.entries->columns;
    sources.values = &sources.entries->values;
  }
}

void require_shape(const NpySources& sources) {
  const NpyArray& values = *sources.values;
  if (values.type().is_text()) {
    throw refused(values.name(), "holds strings", "features are numbers", kSaveIt);
  }
  if (sources.rows == 0) throw refused(sources.features_name, "has no rows", {}, kSaveIt);
  if (sources.columns == 0) throw refused(sources.features_name, "has no columns", {}, kSaveIt);
  if (sources.columns > kMostColumns) {
    throw refused(sources.features_name, "has " + std::to_string(sources.columns) + " columns",
                  "at most " + std::to_string(kMostColumns) + " are supported", kSaveIt);
  }
}

// A value for each row: an array of the archive, or a file.
std::unique_ptr<NpyArray> open_column(const std::optional<std::string>& name,
                                      const NpySources& sources, const char* option) {
  if (!name) return nullptr;
  const bool inside = sources.archive && sources.archive->contains(member_name(*name));
  if (!inside && sources.archive && !name->ends_with(".npy")) {
    throw refused(*name, "is no array of the archive", "it holds " + arrays_of(*sources.archive),
                  std::string("Give ") + option + " an array's name or an .npy file");
  }
  auto column = inside ? std::make_unique<NpyArray>(open_member(*sources.archive, *name))
                       : std::make_unique<NpyArray>(formats::open_bytes(*name));
  const auto& shape = column->shape();
  const bool is_column = shape.size() == 1 || (shape.size() == 2 && shape[1] == 1);
  if (!is_column) {
    throw refused(column->name(), "has the shape " + shape_text(*column),
                  "one value for each row is needed", kSaveIt);
  }
  if (shape[0] != sources.rows) {
    throw refused(column->name(),
                  "has " + std::to_string(shape[0]) + " rows, the features have " +
                      std::to_string(sources.rows),
                  "there must be one value for each row", kSaveIt);
  }
  return column;
}

}  // namespace

core::Error refused(const std::string& where, const std::string& what, const std::string& why,
                    const std::string& remedy) {
  return core::bad_input({.what = what, .where = where, .why = why, .remedy = remedy});
}

NpySources open_npy(const ImportNpyOptions& options) {
  NpySources sources;
  if (!formats::is_zip_archive(options.file)) {
    if (options.features) {
      throw refused(options.file, "is no archive", "--features names an array of an .npz file",
                    "Leave --features away");
    }
    sources.dense = std::make_unique<NpyArray>(formats::open_bytes(options.file));
  } else {
    sources.archive = std::make_unique<ZipArchive>(options.file);
    const ZipArchive& archive = *sources.archive;
    if (options.features) {
      if (!archive.contains(member_name(*options.features))) {
        throw refused(options.file, "holds no array " + *options.features,
                      "it holds " + arrays_of(archive), "Choose one of them with --features");
      }
      sources.dense = std::make_unique<NpyArray>(open_member(archive, *options.features));
    } else if (is_scipy(archive)) {
      open_sparse(archive, options.file, sources);
    } else {
      sources.dense = std::make_unique<NpyArray>(only_matrix(archive, options.file));
    }
  }
  sources.features_name = sources.dense ? sources.dense->name() : options.file;
  if (sources.dense) require_matrix(*sources.dense);
  note_shape(sources);
  require_shape(sources);
  sources.labels = open_column(options.labels, sources, "--labels");
  sources.weights = open_column(options.weights, sources, "--weights");
  return sources;
}

std::vector<NpyArray*> NpySources::arrays() const {
  std::vector<NpyArray*> all = {dense.get(), labels.get(), weights.get()};
  if (sparse) all.insert(all.end(), {&sparse->values, &sparse->indices, &sparse->starts});
  if (entries) {
    all.insert(all.end(), {&entries->values, &entries->row_numbers, entries->column_numbers.get(),
                           entries->starts.get()});
  }
  std::erase(all, nullptr);
  return all;
}

ValueType value_type_of(const formats::NpyType& type) {
  if (type.kind == 'b') return ValueType::boolean;
  if (type.is_text()) return ValueType::text;
  if (type.kind == 'f') {
    return type.size == 2   ? ValueType::float16
           : type.size == 4 ? ValueType::float32
                            : ValueType::float64;
  }
  const bool is_signed = type.kind == 'i';
  switch (type.size) {
    case 1:
      return is_signed ? ValueType::int8 : ValueType::uint8;
    case 2:
      return is_signed ? ValueType::int16 : ValueType::uint16;
    case 4:
      return is_signed ? ValueType::int32 : ValueType::uint32;
    default:
      return is_signed ? ValueType::int64 : ValueType::uint64;
  }
}

}  // namespace mpilogit::importing
