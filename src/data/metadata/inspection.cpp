#include "data/metadata/inspection.hpp"

namespace mpilogit::data {

core::Error refused(const std::string& where, const std::string& what, const std::string& why,
                    const std::string& remedy) {
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

std::string parent_of(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string::npos ? "" : name.substr(0, slash);
}

std::string last_of(const std::string& name) {
  return name.substr(name.rfind('/') + 1);  // npos + 1 is 0
}

std::string member_of(const std::string& group, const std::string& name) {
  return group.empty() ? name : group + "/" + name;
}

bool has_group(const hdf5::File& file, const std::string& name) {
  return file.contains(name) && !file.leads_out(name) && file.is_group(name);
}

std::string text_attribute(const hdf5::File& file, const std::string& object,
                           const std::string& name) {
  return hdf5::has_attribute(file, object, name) ? hdf5::read_text_attribute(file, object, name)
                                                 : std::string();
}

}  // namespace mpilogit::data
