#include "hdf5/references.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "core/error.hpp"
#include "hdf5/detail/storage.hpp"

namespace mpilogit::hdf5 {

namespace {

constexpr const char* kDimensionList = "DIMENSION_LIST";

// Frees what HDF5 allocated for lists of references.
class References {
 public:
  References(std::size_t count, hid_t type, hid_t space)
      : lists_(count, hvl_t{0, nullptr}), type_(type), space_(space) {}
  ~References() { H5Dvlen_reclaim(type_, space_, H5P_DEFAULT, lists_.data()); }
  References(const References&) = delete;
  References& operator=(const References&) = delete;

  hvl_t* data() { return lists_.data(); }
  const void* first_of(std::size_t list) const {
    return lists_[list].len > 0 ? lists_[list].p : nullptr;
  }

 private:
  std::vector<hvl_t> lists_;
  hid_t type_;
  hid_t space_;
};

bool holds_references(hid_t type) {
  if (H5Tget_class(type) != H5T_VLEN) return false;
  const Handle element(H5Tget_super(type), H5Tclose);
  return element && H5Tequal(element.get(), H5T_STD_REF_OBJ) > 0;
}

std::optional<std::string> name_of(const File& file, const void* reference) {
  constexpr std::size_t kLongest = 1024;
  std::array<char, kLongest> name{};
  const ssize_t length = H5Rget_name(file.get(), H5R_OBJECT, reference, name.data(), name.size());
  if (length <= 0 || length >= static_cast<ssize_t>(name.size())) return std::nullopt;
  return without_leading_slash(name.data());
}

}  // namespace

// A list that is not what it should be names nothing: names are a courtesy.
std::optional<std::string> dimension_scale(const File& file, const std::string& name,
                                           std::int64_t dimension) {
  if (!has_attribute(file, name, kDimensionList)) return std::nullopt;
  const std::string where = file.where(name) + " (attribute DIMENSION_LIST)";
  const Handle owner = open_object(file, name);
  const Handle attribute =
      checked(H5Aopen(owner.get(), kDimensionList, H5P_DEFAULT), H5Aclose, "opening", where);
  const Handle type = checked(H5Aget_type(attribute.get()), H5Tclose, "reading the type", where);
  const Handle space = checked(H5Aget_space(attribute.get()), H5Sclose, "reading the shape", where);
  const std::vector<std::int64_t> sizes = extent(space.get(), where);
  if (!holds_references(type.get()) || sizes.size() != 1 || sizes[0] <= dimension ||
      sizes[0] > H5S_MAX_RANK) {
    return std::nullopt;
  }
  References lists(static_cast<std::size_t>(sizes[0]), type.get(), space.get());
  check(H5Aread(attribute.get(), type.get(), lists.data()), "reading", where);
  const void* reference = lists.first_of(static_cast<std::size_t>(dimension));
  return reference == nullptr ? std::nullopt : name_of(file, reference);
}

namespace {

constexpr std::size_t kNamesListed = 20;

// "a", "a/b", "a/b/c" for "a/b/c".
std::vector<std::string> prefixes(const std::string& name) {
  std::vector<std::string> all;
  for (std::size_t end = name.find('/'); end != std::string::npos; end = name.find('/', end + 1)) {
    all.push_back(name.substr(0, end));
  }
  all.push_back(name);
  return all;
}

std::string from_root(const std::string& name) {
  std::string path = "/";
  path += without_leading_slash(name);
  return path;
}

enum class Link { missing, sound, dangling, leading_out };

// H5Lget_info does not follow the last link, H5Oexists_by_name does. A soft link may lead to an
// external one: that class is unregistered, so following it fails and it counts as dangling.
Link inspect_link(const File& file, const std::string& path) {
  const std::string where = file.where(path);
  if (!found(H5Lexists(file.get(), path.c_str(), H5P_DEFAULT), "looking for it", where)) {
    return Link::missing;
  }
  H5L_info_t info{};
  check(H5Lget_info(file.get(), path.c_str(), &info, H5P_DEFAULT), "reading the link", where);
  if (info.type != H5L_TYPE_HARD && info.type != H5L_TYPE_SOFT) return Link::leading_out;
  const htri_t leads_on = H5Oexists_by_name(file.get(), path.c_str(), H5P_DEFAULT);
  return found(leads_on, "following the link", where) ? Link::sound : Link::dangling;
}

Link inspect_path(const File& file, const std::string& name) {
  for (const auto& prefix : prefixes(name)) {
    const Link link = inspect_link(file, prefix);
    if (link != Link::sound) return link;
  }
  return Link::sound;
}

herr_t collect_name(hid_t, const char* name, const H5L_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

std::string listing(const File& file) {
  const std::vector<std::string> names = file.members("/");
  if (names.empty()) return "the file is empty";
  std::string text = "the file has: ";
  for (std::size_t i = 0; i < std::min(names.size(), kNamesListed); ++i) {
    if (i > 0) text += ", ";
    text += names[i];
  }
  return names.size() > kNamesListed ? text + ", …" : text;
}

// pandas and PyTables keep tables in a layout of their own.
std::string remedy_for_missing(const File& file) {
  if (!has_attribute(file, "/", "PYTABLES_FORMAT_VERSION")) {
    return "Name what is there, or write the file again";
  }
  return "This file was written by pandas or PyTables. In Python: frame = pandas.read_hdf('" +
         file.path() +
         "', KEY); then, with h5py.File('data.h5', 'w') as f: f['X'] = "
         "frame.drop(columns='y').to_numpy(); f['y'] = frame['y'].to_numpy()";
}

}  // namespace

std::string without_leading_slash(const std::string& name) {
  const std::size_t first = name.find_first_not_of('/');
  return first == std::string::npos ? "" : name.substr(first);
}

bool File::contains(const std::string& name) const {
  const std::string path = without_leading_slash(name);
  if (path.empty()) return true;
  const Link link = inspect_path(*this, path);
  return link == Link::sound || link == Link::leading_out;
}

bool File::leads_out(const std::string& name) const {
  const std::string path = without_leading_slash(name);
  return !path.empty() && inspect_path(*this, path) == Link::leading_out;
}

bool File::is_group(const std::string& name) const {
  return H5Iget_type(open_object(*this, name).get()) == H5I_GROUP;
}

std::vector<std::string> File::members(const std::string& group) const {
  const Handle handle = open_object(*this, group);
  std::vector<std::string> names;
  check(H5Literate(handle.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect_name, &names),
        "listing", where(group));
  return names;
}

void require_object(const File& file, const std::string& name) {
  const std::string path = without_leading_slash(name);
  switch (path.empty() ? Link::sound : inspect_path(file, path)) {
    case Link::sound:
      return;
    case Link::missing:
      throw core::bad_input({.what = "there is no '" + path + "'",
                             .where = file.path(),
                             .why = listing(file),
                             .remedy = remedy_for_missing(file)});
    case Link::dangling:
      throw core::bad_input({.what = "is a link that leads nowhere",
                             .where = file.where(path),
                             .why = "links are followed inside one file only",
                             .remedy = "Copy the data into this file"});
    case Link::leading_out:
      throw core::bad_input({.what = "is an external or user-defined link",
                             .where = file.where(path),
                             .why = "it may lead to any file, so it is not followed",
                             .remedy = "Name that file itself, or copy the data into this one"});
  }
}

Handle open_object(const File& file, const std::string& name) {
  require_object(file, name);
  const std::string path = from_root(name);
  return checked(H5Oopen(file.get(), path.c_str(), H5P_DEFAULT), H5Oclose, "opening",
                 file.where(name));
}

Handle open_dataset(const File& file, const std::string& name, hid_t access) {
  {
    // A data set opened before its cache is set up would keep the default one.
    const Handle object = open_object(file, name);
    const H5I_type_t type = H5Iget_type(object.get());
    if (type != H5I_DATASET) {
      const std::string is = type == H5I_GROUP ? "a group" : "a named type";
      throw core::bad_input({.what = "is " + is + ", not a data set",
                             .where = file.where(name),
                             .why = {},
                             .remedy = "Name the data set itself, or write the file again"});
    }
  }
  const std::string path = from_root(name);
  return checked(H5Dopen2(file.get(), path.c_str(), access), H5Dclose, "opening", file.where(name));
}

}  // namespace mpilogit::hdf5
