#include "data/column_numbers.hpp"

#include "data/metadata/inspection.hpp"

namespace mpilogit::data {

namespace {

constexpr const char* kBase = "libsvm_base";
constexpr const char* kCertain = "libsvm_base_certain";

}  // namespace

void write_column_numbers(const hdf5::File& file, const std::string& object,
                          const ColumnNumbers& numbers) {
  if (!numbers.known()) return;
  hdf5::write_attribute(file, object, kBase, numbers.base);
  hdf5::write_attribute(file, object, kCertain, std::int64_t{numbers.certain});
}

ColumnNumbers read_column_numbers(const hdf5::File& file, const std::string& object) {
  if (!hdf5::has_attribute(file, object, kBase)) return {};
  ColumnNumbers numbers;
  numbers.base = hdf5::read_integer_attribute(file, object, kBase);
  numbers.certain = hdf5::has_attribute(file, object, kCertain) &&
                    hdf5::read_integer_attribute(file, object, kCertain) != 0;
  if (numbers.base == 0 || numbers.base == 1) return numbers;
  throw refused(file.where(object),
                "has the attribute " + std::string(kBase) + " " + std::to_string(numbers.base),
                "columns of LIBSVM's text are numbered from 0 or 1");
}

}  // namespace mpilogit::data
