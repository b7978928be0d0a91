#include "data/metadata/metadata.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "comm/agreement.hpp"
#include "core/error.hpp"

// In the namespaces of their types, where nlohmann's library looks for them.
namespace mpilogit::core {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ByteFingerprint, plain, placed)

}  // namespace mpilogit::core

namespace mpilogit::hdf5 {

void to_json(nlohmann::json& packed, const ArrayInfo& info) {
  packed = {{"type", info.type},
            {"dimensions", info.dimensions},
            {"chunk", info.chunk},
            {"filtered", info.filtered},
            {"is_virtual", info.is_virtual},
            {"variable_length", info.variable_length},
            {"fragile", info.fragile},
            {"stored_bytes", info.stored_bytes},
            {"file_bytes", info.file_bytes}};
  if (info.fingerprint) packed["fingerprint"] = *info.fingerprint;
}

void from_json(const nlohmann::json& packed, ArrayInfo& info) {
  packed.at("type").get_to(info.type);
  packed.at("dimensions").get_to(info.dimensions);
  packed.at("chunk").get_to(info.chunk);
  packed.at("filtered").get_to(info.filtered);
  packed.at("is_virtual").get_to(info.is_virtual);
  packed.at("variable_length").get_to(info.variable_length);
  packed.at("fragile").get_to(info.fragile);
  packed.at("stored_bytes").get_to(info.stored_bytes);
  packed.at("file_bytes").get_to(info.file_bytes);
  if (packed.contains("fingerprint")) {
    info.fingerprint = packed.at("fingerprint").get<core::ByteFingerprint>();
  }
}

}  // namespace mpilogit::hdf5

namespace mpilogit::data {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ClassSet, kind, numbers, texts)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Array, name, info)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ColumnNumbers, base, certain)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Shape, rows, features, nonzeros, sparse, storage, feature_names,
                                   schema, column_numbers, unused)

namespace {

using nlohmann::json;

void pack_optional(json& packed, const char* key, const std::optional<Column>& column) {
  if (!column) return;
  json& one = packed[key];
  one["values"] = static_cast<const Array&>(*column);
  if (column->categories) one["categories"] = *column->categories;
  if (column->mask) one["mask"] = *column->mask;
}

std::optional<Column> unpack_optional(const json& packed, const char* key) {
  if (!packed.contains(key)) return std::nullopt;
  const json& one = packed.at(key);
  Column column{one.at("values").get<Array>(), {}, {}};
  if (one.contains("categories")) column.categories = one.at("categories").get<ClassSet>();
  if (one.contains("mask")) column.mask = one.at("mask").get<Array>();
  return column;
}

// The names are in the shape already.
json pack(const FileMetadata& file) {
  json packed = {{"path", file.path},         {"sparse", file.sparse},     {"rows", file.rows},
                 {"features", file.features}, {"nonzeros", file.nonzeros}, {"values", file.values},
                 {"indices", file.indices},   {"indptr", file.indptr}};
  pack_optional(packed, "labels", file.labels);
  pack_optional(packed, "trials", file.trials);
  pack_optional(packed, "weights", file.weights);
  pack_optional(packed, "offsets", file.offsets);
  pack_optional(packed, "groups", file.groups);
  return packed;
}

FileMetadata unpack_file(const json& packed) {
  FileMetadata file;
  packed.at("path").get_to(file.path);
  packed.at("sparse").get_to(file.sparse);
  packed.at("rows").get_to(file.rows);
  packed.at("features").get_to(file.features);
  packed.at("nonzeros").get_to(file.nonzeros);
  packed.at("values").get_to(file.values);
  packed.at("indices").get_to(file.indices);
  packed.at("indptr").get_to(file.indptr);
  file.labels = unpack_optional(packed, "labels");
  file.trials = unpack_optional(packed, "trials");
  file.weights = unpack_optional(packed, "weights");
  file.offsets = unpack_optional(packed, "offsets");
  file.groups = unpack_optional(packed, "groups");
  return file;
}

// CBOR, for names need not be valid UTF-8.
std::string pack(const Metadata& metadata) {
  json packed = {{"shape", metadata.shape},
                 {"storage", metadata.storage},
                 {"label_kind", metadata.label_kind},
                 {"files", json::array()}};
  for (const auto& file : metadata.files) packed["files"].push_back(pack(file));
  std::string text;
  json::to_cbor(packed, text);
  return text;
}

Metadata unpack(const std::string& text) {
  const json packed = json::from_cbor(text);
  Metadata metadata;
  packed.at("shape").get_to(metadata.shape);
  packed.at("storage").get_to(metadata.storage);
  packed.at("label_kind").get_to(metadata.label_kind);
  for (const auto& file : packed.at("files")) metadata.files.push_back(unpack_file(file));
  return metadata;
}

core::Error mismatch(const FileMetadata& file, const FileMetadata& first, const std::string& what) {
  return core::bad_input({.what = what + " than in " + first.path,
                          .where = file.path,
                          .why = "the files must be one data set",
                          .remedy = "Write them alike, or name one of them"});
}

bool is_text(const std::optional<Column>& column) {
  return column && label_kind(*column) == LabelKind::text;
}

void require_alike(const FileMetadata& file, const FileMetadata& first) {
  if (file.features != first.features) {
    throw mismatch(file, first,
                   "has " + std::to_string(file.features) + " features, other than the " +
                       std::to_string(first.features));
  }
  if (file.sparse != first.sparse)
    throw mismatch(file, first, "is stored otherwise (dense, sparse)");
  if (is_text(file.labels) != is_text(first.labels)) {
    throw mismatch(file, first, "has labels of another kind (numbers, strings)");
  }
  if (is_text(file.groups) != is_text(first.groups)) {
    throw mismatch(file, first, "has groups of another kind (numbers, strings)");
  }
}

// A file that was not imported says nothing; where both are certain, columns count from 0 here.
void join_column_numbers(const FileMetadata& file, Metadata& all) {
  ColumnNumbers& numbers = all.shape.column_numbers;
  if (file.column_numbers.contradicts(numbers)) {
    throw core::bad_input(
        {.what = "has columns that its text numbers from " +
                 std::to_string(file.column_numbers.base) + ", " + all.files.front().path +
                 " from " + std::to_string(numbers.base),
         .where = file.path,
         .why = "one of these is a guess (no column 0 occurs), and columns may be shifted",
         .remedy = "Import them alike: `import libsvm --like OTHER.h5`, or --base for each"});
  }
  if (!numbers.known()) numbers = file.column_numbers;
  if (file.column_numbers.known()) numbers.certain &= file.column_numbers.certain;
}

void join_unused(const FileMetadata& file, Shape& shape) {
  for (const auto& name : file.unused) {
    const bool known =
        std::find(shape.unused.begin(), shape.unused.end(), name) != shape.unused.end();
    if (!known) shape.unused.push_back(name);
  }
}

// Bools and integers are integers, with floats among them all are floats.
LabelKind common_kind(LabelKind left, LabelKind right) {
  if (left == right) return left;
  const bool floating = left == LabelKind::floating || right == LabelKind::floating;
  return floating ? LabelKind::floating : LabelKind::integer;
}

void join(const FileMetadata& file, Metadata& all) {
  Shape& shape = all.shape;
  if (all.files.empty()) {
    shape.features = file.features;
    shape.sparse = file.sparse;
    all.storage = file.values.info.type;
    if (file.labels) all.label_kind = label_kind(*file.labels);
  } else {
    require_alike(file, all.files.front());
    if (file.values.info.type != all.storage) all.storage = hdf5::ValueType::float64;
    if (file.labels) all.label_kind = common_kind(all.label_kind, label_kind(*file.labels));
  }
  if (!file.feature_names.empty() && !shape.feature_names.empty() &&
      file.feature_names != shape.feature_names) {
    const auto [here, there] = std::mismatch(file.feature_names.begin(), file.feature_names.end(),
                                             shape.feature_names.begin());
    throw mismatch(file, all.files.front(),
                   "has a feature '" + *here + "' in the place of '" + *there + "', otherwise");
  }
  if (shape.feature_names.empty()) shape.feature_names = file.feature_names;
  if (!all.files.empty() && file.schema != shape.schema) {
    throw mismatch(file, all.files.front(), "was imported from a table of another schema");
  }
  shape.schema = file.schema;
  join_column_numbers(file, all);
  join_unused(file, shape);
  shape.rows += file.rows;
  shape.nonzeros += file.nonzeros;
  all.files.push_back(file);
  all.files.back().feature_names.clear();
  all.files.back().schema.clear();
}

}  // namespace

LabelKind label_kind(const Column& column) {
  if (column.categories) return column.categories->kind;
  const hdf5::ValueType type = column.info.type;
  if (type == hdf5::ValueType::text) return LabelKind::text;
  if (type == hdf5::ValueType::boolean) return LabelKind::boolean;
  return hdf5::is_floating(type) ? LabelKind::floating : LabelKind::integer;
}

std::vector<const Array*> FileMetadata::arrays() const {
  std::vector<const Array*> all = {&values};
  if (sparse) all.insert(all.end(), {&indices, &indptr});
  for (const auto* column : {&labels, &trials, &weights, &offsets, &groups}) {
    if (!*column) continue;
    all.push_back(&**column);
    if ((*column)->mask) all.push_back(&*(*column)->mask);
  }
  return all;
}

Range Metadata::rows_of_file(std::size_t file) const {
  std::int64_t first = 0;
  for (std::size_t i = 0; i < file; ++i) first += files[i].rows;
  return {first, first + files[file].rows};
}

Location Metadata::locate(std::int64_t row) const {
  std::size_t file = 0;
  while (row >= files[file].rows) row -= files[file++].rows;
  return {file, row};
}

void Metadata::visit_files(Range rows, FileVisitor visit) const {
  for (std::int64_t row = rows.first; row < rows.last;) {
    const Location at = locate(row);
    const std::int64_t count = std::min(rows.last - row, files[at.file].rows - at.row);
    visit(at.file, {at.row, at.row + count}, row - rows.first);
    row += count;
  }
}

std::string Metadata::describe_row(std::int64_t row) const {
  const std::string in_file = "row " + std::to_string(locate(row).row);
  if (files.size() == 1) return in_file;
  return in_file + " (row " + std::to_string(row) + " of all files)";
}

Metadata read_metadata(const Source& source) {
  if (source.files.empty()) throw core::internal_failure("no data file was named");
  Metadata all;
  for (const auto& path : source.files) join(read_file_metadata(source, path), all);
  all.shape.storage = hdf5::to_string(all.storage);
  if (all.shape.rows == 0) {
    throw core::bad_input({.what = source.features + " has no rows",
                           .where = source.files.front(),
                           .why = "there is nothing to learn from",
                           .remedy = "Name files that have some"});
  }
  return all;
}

Metadata read_metadata(const Source& source, const comm::Communicator& communicator) {
  return unpack(comm::on_root(communicator, [&] { return pack(read_metadata(source)); }));
}

}  // namespace mpilogit::data
