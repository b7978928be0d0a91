// One number for each feature: penalty factors, bounds.

#include <cmath>
#include <cstring>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "data/dataset.hpp"
#include "hdf5/array.hpp"

namespace mpilogit::data {

namespace {

std::vector<double> read_on_root(const std::string& path, const std::string& name,
                                 std::int64_t features) {
  const hdf5::File file = hdf5::File::open(path);
  const hdf5::ArrayInfo info = hdf5::inspect_array(file, name);
  const auto refuse = [&](const std::string& what, const std::string& remedy) {
    throw core::bad_input(
        {.what = what,
         .where = file.where(name),
         .why = "one number is needed for each of the " + std::to_string(features) + " features",
         .remedy = remedy});
  };
  if (info.type == hdf5::ValueType::text) refuse("holds strings", "Write numbers");
  if (info.dimensions.size() != 1) {
    refuse("has " + std::to_string(info.dimensions.size()) + " dimensions", "Write it with one");
  }
  if (info.rows() != features)
    refuse("has " + std::to_string(info.rows()) + " values", "Write one for each");
  std::vector<double> values = hdf5::read_doubles(file, name);
  for (std::size_t j = 0; j < values.size(); ++j) {
    if (std::isnan(values[j])) refuse("value " + std::to_string(j) + " is NaN", "Fill it in");
  }
  return values;
}

}  // namespace

std::vector<double> read_feature_values(const std::string& file, const std::string& name,
                                        std::int64_t features,
                                        const comm::Communicator& communicator) {
  const std::string bytes = comm::on_root(communicator, [&] {
    const std::vector<double> values = read_on_root(file, name, features);
    return std::string(reinterpret_cast<const char*>(values.data()),
                       values.size() * sizeof(double));
  });
  std::vector<double> values(bytes.size() / sizeof(double));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace mpilogit::data
