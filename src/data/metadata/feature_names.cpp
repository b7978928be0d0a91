#include "data/metadata/feature_names.hpp"

#include <optional>
#include <set>

#include "data/metadata/feature_forms.hpp"
#include "data/metadata/inspection.hpp"
#include "hdf5/references.hpp"

namespace mpilogit::data {

namespace {

constexpr const char* kOwnName = "feature_names";

bool is_text(const hdf5::File& file, const std::string& name) {
  return file.contains(name) && !file.leads_out(name) && !file.is_group(name) &&
         hdf5::inspect_array(file, name).type == hdf5::ValueType::text;
}

// A scale of numbers, or netCDF's of none, names nothing.
std::optional<std::string> scale_of(const hdf5::File& file, const std::string& name) {
  const auto scale = hdf5::dimension_scale(file, name, 1);
  return scale && is_text(file, *scale) ? scale : std::nullopt;
}

// Symbols of genes are what people read; where two genes share one, identifiers tell them apart.
std::optional<std::string> tenx_names(const hdf5::File& file, const std::string& group) {
  struct Names {
    const char* symbols;
    const char* identifiers;
  };
  for (const Names& names : {Names{"features/name", "features/id"}, {"gene_names", "genes"}}) {
    const std::string symbols = member_of(group, names.symbols);
    const std::string identifiers = member_of(group, names.identifiers);
    if (!is_text(file, symbols)) continue;
    const auto all = hdf5::read_strings(file, symbols);
    const bool distinct = std::set<std::string>(all.begin(), all.end()).size() == all.size();
    return distinct || !is_text(file, identifiers) ? symbols : identifiers;
  }
  return std::nullopt;
}

// X and layers/NAME have `var` beside them; raw/X has a `var` of its own.
std::optional<std::string> anndata_names(const hdf5::File& file, const std::string& name) {
  std::string group = parent_of(name);
  if (last_of(group) == "layers") {
    group = parent_of(group);
  } else if (last_of(name) != "X") {
    return std::nullopt;
  }
  const std::string variables = member_of(group, "var");
  if (!has_group(file, variables)) return std::nullopt;
  const std::string index = text_attribute(file, variables, "_index");
  const std::string names = member_of(variables, index);
  return !index.empty() && is_text(file, names) ? std::optional(names) : std::nullopt;
}

std::optional<std::string> find_names(const hdf5::File& file, const std::string& name,
                                      const FileMetadata& metadata) {
  if (file.contains(kOwnName)) return kOwnName;
  if (!metadata.sparse) {
    if (auto scale = scale_of(file, name)) return scale;
  } else if (is_tenx(file, name)) {
    return tenx_names(file, name);
  }
  return anndata_names(file, name);
}

}  // namespace

std::vector<std::string> read_feature_names(const hdf5::File& file, const std::string& name,
                                            const FileMetadata& metadata) {
  const auto found = find_names(file, name, metadata);
  if (!found) return {};
  auto names = hdf5::read_strings(file, *found);
  if (static_cast<std::int64_t>(names.size()) != metadata.features) {
    throw refused(file.where(*found), "has " + std::to_string(names.size()) + " names",
                  "there are " + std::to_string(metadata.features) + " features");
  }
  return names;
}

}  // namespace mpilogit::data
