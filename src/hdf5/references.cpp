#include "hdf5/references.hpp"

#include <array>
#include <vector>

#include "hdf5/detail/links.hpp"
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

}  // namespace mpilogit::hdf5
