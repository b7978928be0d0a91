#include "data/columns/raw_labels.hpp"

#include <cmath>
#include <concepts>
#include <utility>

namespace mpilogit::data {

namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

enum BadLabel { sound, not_finite, not_whole, too_large, missing, no_category };

BadLabel judge(double value) {
  if (!std::isfinite(value)) return not_finite;
  if (value != std::trunc(value)) return not_whole;
  return std::abs(value) >= kTwoTo63 ? too_large : sound;
}

template <std::integral Integer>
BadLabel judge(Integer value) {
  return std::in_range<std::int64_t>(value) ? sound : too_large;
}

template <class Value>
void read_numbers(FilePart& part, const Array& array, hdf5::ValueType type, std::int64_t first_row,
                  Finding& finding, const LabelSink& sink) {
  std::vector<std::int64_t> numbers;
  std::int64_t row = first_row;
  part.read_pieces<Value>(array, part.rows(), type, [&](std::span<const Value> values) {
    numbers.clear();
    for (const Value value : values) {
      const BadLabel kind = judge(value);
      if (kind != sound) finding.add(row, 0, kind);
      numbers.push_back(kind == sound ? static_cast<std::int64_t>(value) : 0);
      ++row;
    }
    sink.numbers(numbers);
  });
}

// pandas writes −1 where there is no value.
BadLabel judge_code(std::int64_t code, std::size_t categories) {
  if (code == -1) return missing;
  return code < 0 || std::cmp_greater_equal(code, categories) ? no_category : sound;
}

// What the codes stand for: one of `names` each, anything for those that stand for nothing.
template <class Name>
void read_codes(FilePart& part, const Array& codes, const std::vector<Name>& names,
                std::int64_t first_row, Finding& finding,
                core::FunctionRef<void(std::span<const Name>)> sink) {
  std::vector<Name> meant;
  std::int64_t row = first_row;
  part.read_pieces<std::int64_t>(
      codes, part.rows(), hdf5::ValueType::int64, [&](std::span<const std::int64_t> piece) {
        meant.clear();
        for (const std::int64_t code : piece) {
          const BadLabel kind = judge_code(code, names.size());
          if (kind != sound) finding.add(row, code, kind);
          meant.push_back(kind == sound ? names[static_cast<std::size_t>(code)] : Name());
          ++row;
        }
        sink(meant);
      });
}

}  // namespace

void read_labels(FilePart& part, const Column& column, std::int64_t first_row, Finding& finding,
                 const LabelSink& sink) {
  using hdf5::ValueType;
  const ValueType stored = column.info.type;
  if (column.categories && column.categories->kind == LabelKind::text) {
    read_codes(part, column, column.categories->texts, first_row, finding, sink.texts);
  } else if (column.categories) {
    read_codes(part, column, column.categories->numbers, first_row, finding, sink.numbers);
  } else if (stored == ValueType::text) {
    part.read_text_pieces(column, part.rows(), sink.texts);
  } else if (hdf5::is_floating(stored)) {
    read_numbers<double>(part, column, ValueType::float64, first_row, finding, sink);
  } else if (stored == ValueType::boolean || stored == ValueType::uint8) {
    read_numbers<std::uint8_t>(part, column, stored, first_row, finding, sink);
  } else if (stored == ValueType::uint64) {
    read_numbers<std::uint64_t>(part, column, ValueType::uint64, first_row, finding, sink);
  } else {
    read_numbers<std::int64_t>(part, column, ValueType::int64, first_row, finding, sink);
  }
}

void read_labels(FilePart& part, const Column& column, std::int64_t first_row, Finding& finding,
                 RawLabels& labels) {
  const auto append = [](auto& all, auto more) { all.insert(all.end(), more.begin(), more.end()); };
  read_labels(part, column, first_row, finding,
              {.numbers = [&](std::span<const std::int64_t> more) { append(labels.numbers, more); },
               .texts = [&](std::span<const std::string> more) { append(labels.texts, more); }});
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
    case missing:
      return bad_values(metadata, name, finding, fault, "that one is missing (code -1)",
                        "Remove these rows or label them");
    case no_category:
      return bad_values(metadata, name, finding, fault,
                        "that one is the code " + std::to_string(finding.column) +
                            ", which stands for no category",
                        "Write the file again");
    default:
      return bad_values(metadata, name, finding, fault, "that one does not fit 64 bits with a sign",
                        "Use smaller numbers");
  }
}

}  // namespace mpilogit::data
