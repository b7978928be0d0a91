#include "data/raw_labels.hpp"

#include <cmath>
#include <utility>

namespace mpilogit::data {

namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

enum BadLabel { not_finite, not_whole, too_large };

struct LabelReader {
  FilePart& part;
  const Array& array;
  std::int64_t first_row;
  RawLabels& labels;
  Finding& finding;

  void read_floats() {
    std::vector<double> values(static_cast<std::size_t>(part.rows().size()));
    part.read(array, part.rows(), hdf5::ValueType::float64, values.data());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double value = values[i];
      if (!std::isfinite(value)) {
        keep_bad(i, not_finite);
      } else if (value != std::trunc(value)) {
        keep_bad(i, not_whole);
      } else if (std::abs(value) >= kTwoTo63) {
        keep_bad(i, too_large);
      } else {
        labels.numbers.push_back(static_cast<std::int64_t>(value));
      }
    }
  }

  template <class Integer>
  void read_integers(hdf5::ValueType type) {
    std::vector<Integer> values(static_cast<std::size_t>(part.rows().size()));
    part.read(array, part.rows(), type, values.data());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::in_range<std::int64_t>(values[i])) keep_bad(i, too_large);
      labels.numbers.push_back(static_cast<std::int64_t>(values[i]));
    }
  }

  void keep_bad(std::size_t row, BadLabel kind) {
    finding.add(first_row + static_cast<std::int64_t>(row), 0, kind);
  }
};

}  // namespace

void read_raw_labels(FilePart& part, const Array& array, std::int64_t first_row, RawLabels& labels,
                     Finding& finding) {
  LabelReader reader{part, array, first_row, labels, finding};
  const hdf5::ValueType stored = array.info.type;
  if (stored == hdf5::ValueType::text) {
    for (auto& text : part.read_texts(array, part.rows())) labels.texts.push_back(std::move(text));
  } else if (hdf5::is_floating(stored)) {
    reader.read_floats();
  } else if (stored == hdf5::ValueType::boolean) {
    reader.read_integers<std::uint8_t>(hdf5::ValueType::boolean);
  } else if (stored == hdf5::ValueType::uint64) {
    reader.read_integers<std::uint64_t>(hdf5::ValueType::uint64);
  } else {
    reader.read_integers<std::int64_t>(hdf5::ValueType::int64);
  }
}

core::Error bad_labels(const Metadata& metadata, const std::string& name, const Finding& finding,
                       const Fault& fault) {
  switch (finding.kind) {
    case not_finite:
      return bad_values(metadata, name, finding, fault, "that one is NaN or infinite",
                        "Remove these rows or label them");
    case not_whole:
      return bad_values(metadata, name, finding, fault,
                        "that one is not a whole number; classes are needed, not a target of a "
                        "regression",
                        "Turn it into classes first, for example y > threshold");
    default:
      return bad_values(metadata, name, finding, fault, "that one does not fit 64 bits with a sign",
                        "Use smaller numbers");
  }
}

}  // namespace mpilogit::data
