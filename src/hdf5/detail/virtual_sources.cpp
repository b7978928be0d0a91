#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "hdf5/detail/creation.hpp"
#include "hdf5/detail/storage.hpp"
#include "hdf5/references.hpp"

namespace mpilogit::hdf5 {

namespace {

core::Error incomplete(const std::string& where, const std::string& what) {
  return core::bad_input({.what = "is a virtual data set, and " + what,
                          .where = where,
                          .why = "HDF5 would put fill values there without a word",
                          .remedy = "Complete it, or name the source files one after the other"});
}

using NameGetter = ssize_t (*)(hid_t, std::size_t, char*, std::size_t);

std::string source_name(NameGetter getter, hid_t creation, std::size_t index,
                        const std::string& where) {
  const ssize_t length = getter(creation, index, nullptr, 0);
  check(length < 0 ? -1 : 0, "reading the sources", where);
  std::string name(static_cast<std::size_t>(length), '\0');
  getter(creation, index, name.data(), name.size() + 1);
  return name;
}

// As HDF5 looks for it: beside the file, then where we are. HDF5_VDS_PREFIX is not supported.
std::string find_source(const std::string& source, const File& file) {
  if (source == ".") return file.path();
  const std::filesystem::path beside = std::filesystem::path(file.path()).parent_path() / source;
  return std::filesystem::exists(beside) ? beside.string() : source;
}

bool is_virtual(const File& file, const std::string& name) {
  const std::string where = file.where(name);
  const Handle dataset = open_dataset(file, name);
  const Handle creation =
      checked(H5Dget_create_plist(dataset.get()), H5Pclose, "reading the layout", where);
  return H5Pget_layout(creation.get()) == H5D_VIRTUAL;
}

// A file from a stranger shall not make us read another one on the machine. What stands beside it
// or below came with it.
void require_allowed(const File& file, const std::string& source, const std::string& where) {
  namespace fs = std::filesystem;
  if (file.external_sources_allowed()) return;
  std::error_code failure;
  const fs::path folder = fs::weakly_canonical(file.path(), failure).parent_path();
  const fs::path inside = fs::weakly_canonical(source, failure).lexically_relative(folder);
  if (!failure && !inside.empty() && *inside.begin() != "..") return;
  throw core::bad_input({.what = "is a virtual data set with a part in " + source,
                         .where = where,
                         .why = "that is not in the file's own folder, so it is not read",
                         .remedy = "Allow it with --allow-external, or name the source files one "
                                   "after the other"});
}

// HDF5 would look there first, and might find other files than those that were checked.
void require_no_prefix(const std::string& where) {
  if (std::getenv("HDF5_VDS_PREFIX") == nullptr) return;
  throw core::bad_input({.what = "is a virtual data set, and HDF5_VDS_PREFIX is set",
                         .where = where,
                         .why = "its sources are looked for beside it only",
                         .remedy = "Unset HDF5_VDS_PREFIX"});
}

// Whether the source has what is selected of it. While a source was never opened, HDF5 knows no
// shape of it: "all" is then compared by the number of elements.
bool has_selection(const ArrayInfo& source, hid_t selection, std::int64_t wanted,
                   const std::string& where) {
  if (H5Sget_select_type(selection) == H5S_SEL_ALL) {
    return element_count(source.dimensions, where) == wanted;
  }
  const int rank = H5Sget_simple_extent_ndims(selection);
  if (rank != static_cast<int>(source.dimensions.size())) return false;
  std::vector<hsize_t> first(source.dimensions.size());
  std::vector<hsize_t> last(source.dimensions.size());
  // Fails for selections without an end, which grow with the source.
  if (H5Sget_select_bounds(selection, first.data(), last.data()) < 0) return false;
  return std::equal(
      last.begin(), last.end(), source.dimensions.begin(),
      [](hsize_t end, std::int64_t size) { return end < static_cast<hsize_t>(size); });
}

// What no source has brought in yet.
class Gap {
 public:
  Gap(const ArrayInfo& info, const std::string& where)
      : space_(data_space(info.dimensions, where)) {
    if (info.dimensions.empty()) return;  // one element, and all of it is selected
    const std::vector<hsize_t> start(info.dimensions.size(), 0);
    const std::vector<hsize_t> size(info.dimensions.begin(), info.dimensions.end());
    check(H5Sselect_hyperslab(space_.get(), H5S_SELECT_SET, start.data(), nullptr, size.data(),
                              nullptr),
          "reading the sources", where);
  }

  void fill(hid_t target, const std::string& where) {
    if (H5Sget_select_type(target) == H5S_SEL_ALL) {
      check(H5Sselect_none(space_.get()), "reading the sources", where);
    } else if (elements() > 0) {
      check(H5Smodify_select(space_.get(), H5S_SELECT_NOTB, target), "reading the sources", where);
    }
  }

  std::int64_t elements() const {
    return static_cast<std::int64_t>(H5Sget_select_npoints(space_.get()));
  }

 private:
  Handle space_;
};

// Fills what one source brings in, after a check that it has it.
ArrayInfo require_source(const File& file, hid_t creation, std::size_t index,
                         const std::string& where, Gap& gap) {
  const std::string source = source_name(H5Pget_virtual_filename, creation, index, where);
  const std::string array = source_name(H5Pget_virtual_dsetname, creation, index, where);
  if (source.find('%') != std::string::npos || array.find('%') != std::string::npos) {
    throw incomplete(where, "it names its sources by a pattern (" + source + ")");
  }
  const std::string path = find_source(source, file);
  if (!std::filesystem::exists(path)) {
    throw incomplete(where, "its source file " + source + " is missing");
  }
  require_allowed(file, path, where);
  const File source_file = File::open(path);
  if (!source_file.contains(array)) {
    throw incomplete(where, "its source " + source_file.where(array) + " is missing");
  }
  // First of all, for sources can lead in circles.
  if (is_virtual(source_file, array)) throw incomplete(where, "a source of it is virtual too");
  ArrayInfo info = inspect_array(source_file, array);

  const Handle target =
      checked(H5Pget_virtual_vspace(creation, index), H5Sclose, "reading the sources", where);
  const Handle selection =
      checked(H5Pget_virtual_srcspace(creation, index), H5Sclose, "reading the sources", where);
  const hssize_t elements = H5Sget_select_npoints(target.get());
  if (elements < 0 || !has_selection(info, selection.get(), elements, where)) {
    throw incomplete(where, "its source " + source_file.where(array) +
                                " is too short, or of another shape than when it was named");
  }
  gap.fill(target.get(), where);
  return info;
}

herr_t collect_dataset(hid_t, const char* name, const H5O_info_t* info, void* names) {
  if (info->type == H5O_TYPE_DATASET)
    static_cast<std::vector<std::string>*>(names)->push_back(name);
  return 0;
}

}  // namespace

std::vector<std::string> virtual_source_files(const File& file) {
  std::vector<std::string> names;
  check(
      H5Ovisit2(file.get(), H5_INDEX_NAME, H5_ITER_NATIVE, collect_dataset, &names, H5O_INFO_BASIC),
      "listing", file.path());
  std::vector<std::string> sources;
  for (const auto& name : names) {
    const std::string where = file.where(name);
    const Handle dataset = open_dataset(file, name);
    const Handle creation =
        checked(H5Dget_create_plist(dataset.get()), H5Pclose, "reading the layout", where);
    std::size_t count = 0;
    if (H5Pget_layout(creation.get()) != H5D_VIRTUAL) continue;
    check(H5Pget_virtual_count(creation.get(), &count), "reading the sources", where);
    for (std::size_t i = 0; i < count; ++i) {
      const std::string source = source_name(H5Pget_virtual_filename, creation.get(), i, where);
      if (source != ".") sources.push_back(find_source(source, file));
    }
  }
  return sources;
}

void require_virtual_sources(const File& file, hid_t dataset, const std::string& name,
                             ArrayInfo& info) {
  const std::string where = file.where(name);
  require_no_prefix(where);
  const Handle creation =
      checked(H5Dget_create_plist(dataset), H5Pclose, "reading the sources", where);
  std::size_t sources = 0;
  check(H5Pget_virtual_count(creation.get(), &sources), "reading the sources", where);
  Gap gap(info, where);
  std::map<std::string, std::int64_t> file_bytes;
  for (std::size_t i = 0; i < sources; ++i) {
    const ArrayInfo source = require_source(file, creation.get(), i, where, gap);
    info.fragile = info.fragile || source.fragile;
    file_bytes[source_name(H5Pget_virtual_filename, creation.get(), i, where)] = source.file_bytes;
  }
  for (const auto& [path, bytes] : file_bytes) info.file_bytes += bytes;
  if (gap.elements() > 0) {
    const std::int64_t elements = element_count(info.dimensions, where);
    throw incomplete(where, "its sources cover " + std::to_string(elements - gap.elements()) +
                                " of its " + std::to_string(elements) + " elements");
  }
}

}  // namespace mpilogit::hdf5
