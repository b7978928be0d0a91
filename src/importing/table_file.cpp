#include "importing/table_file.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "comm/agreement.hpp"
#include "core/error.hpp"

namespace mpilogit::importing {

namespace {

/// Rows of one rank on their way to the file: gathered, then written in parts.
template <class Value>
class RowWriter {
 public:
  RowWriter(const DataWriter& file, const DataLayout& layout, const formats::TargetColumns& targets,
            const formats::Extent& extent)
      : file_(file),
        layout_(layout),
        targets_(targets),
        extent_(extent),
        next_row_(extent.first_row),
        next_entry_(extent.first_nonzero),
        label_bytes_(extent.label == formats::LabelForm::text
                         ? std::max<std::size_t>(1, extent.label_length)
                         : sizeof(std::int64_t)) {
    starts_.push_back(next_entry_);
  }

  void add(const formats::Row& row, const formats::EncodedRow& encoded) {
    if (layout_.sparse) {
      columns_.insert(columns_.end(), encoded.features.begin(), encoded.features.end());
      for (const double value : encoded.values) values_.push_back(static_cast<Value>(value));
      starts_.push_back(next_entry_ + std::ssize(columns_));
    } else {
      const std::size_t begin = values_.size();
      values_.resize(begin + static_cast<std::size_t>(layout_.features));
      for (std::size_t i = 0; i < encoded.values.size(); ++i) {
        values_[begin + encoded.features[i]] = static_cast<Value>(encoded.values[i]);
      }
    }
    if (targets_.label) add_label(row.fields[*targets_.label]);
    // That it is one was seen when the rows were measured.
    if (targets_.weights) {
      weights_.push_back(formats::number_in(row.fields[*targets_.weights]).value_or(0.0));
    }
    ++rows_;
    if (values_.size() >= kValuesPerPart || rows_ >= kRowsPerPart) flush();
  }

  void flush() {
    if (rows_ == 0) return;
    if (layout_.sparse) {
      file_.write_sparse(next_row_, starts_, columns_, std::as_bytes(std::span(values_)));
    } else {
      file_.write_dense(next_row_, std::as_bytes(std::span(values_)));
    }
    if (targets_.label) file_.write_raw_labels(next_row_, std::as_bytes(std::span(labels_)));
    if (targets_.weights) file_.write_weights(next_row_, weights_);
    next_row_ += rows_;
    next_entry_ += std::ssize(columns_);
    rows_ = 0;
    starts_.assign(1, next_entry_);
    columns_.clear();
    values_.clear();
    labels_.clear();
    weights_.clear();
  }

 private:
  static constexpr std::size_t kValuesPerPart = std::size_t{1} << 18;
  static constexpr std::int64_t kRowsPerPart = std::int64_t{1} << 16;

  void add_label(std::string_view text) {
    const std::size_t begin = labels_.size();
    labels_.resize(begin + label_bytes_, '\0');
    if (extent_.label == formats::LabelForm::text) {
      std::copy_n(text.begin(), std::min(text.size(), label_bytes_),
                  labels_.begin() + static_cast<std::ptrdiff_t>(begin));
    } else {
      const std::int64_t number = formats::whole_number_in(text).value_or(0);
      std::memcpy(labels_.data() + begin, &number, sizeof(number));
    }
  }

  const DataWriter& file_;
  const DataLayout& layout_;
  formats::TargetColumns targets_;
  formats::Extent extent_;
  std::int64_t next_row_;
  std::int64_t next_entry_;
  std::size_t label_bytes_;
  std::int64_t rows_ = 0;
  std::vector<std::int64_t> starts_;
  std::vector<std::uint32_t> columns_;
  std::vector<Value> values_;
  std::vector<char> labels_;
  std::vector<double> weights_;
};

template <class Value>
void write_rows(const DataWriter& file, const DataLayout& layout, const formats::TextFiles& files,
                formats::Encoder& encoder, const formats::TargetColumns& targets,
                const formats::Extent& extent, const comm::Communicator& communicator,
                const formats::Progress& progress) {
  RowWriter<Value> writer(file, layout, targets, extent);
  formats::EncodedRow encoded;
  formats::for_each_row(files, communicator, "writing", progress, [&](const formats::Row& row) {
    if (encoder.encode(row, encoded)) writer.add(row, encoded);
  });
  comm::together(communicator, [&] { writer.flush(); });
}

hdf5::RowType label_type(const formats::Extent& extent) {
  if (extent.label == formats::LabelForm::integer) return {hdf5::ValueType::int64};
  return {hdf5::ValueType::text, std::max<std::size_t>(1, extent.label_length)};
}

bool has_one_hot_columns(const formats::Schema& schema) {
  return std::any_of(
      schema.columns.begin(), schema.columns.end(),
      [](const formats::Column& column) { return !formats::is_numeric(column.kind); });
}

}  // namespace

TableStorage choose_storage(const formats::Schema& schema, const formats::Extent& extent,
                            StorageForm form, StorageType type, const std::string& where) {
  if (type == StorageType::float32 && !extent.single_precision) {
    throw core::bad_input({.what = "holds numbers that float32 does not hold exactly",
                           .where = where,
                           .why = "--storage float32 would change them",
                           .remedy = "Leave --storage away"});
  }
  const bool single =
      type == StorageType::float32 || (type == StorageType::automatic && extent.single_precision);
  TableStorage storage;
  storage.values = single ? hdf5::ValueType::float32 : hdf5::ValueType::float64;
  const double value_bytes = single ? 4.0 : 8.0;
  const double dense =
      static_cast<double>(extent.rows) * static_cast<double>(schema.features()) * value_bytes;
  const double sparse = static_cast<double>(extent.nonzeros) * (value_bytes + 4.0) +
                        8.0 * (static_cast<double>(extent.rows) + 1.0);
  storage.sparse = form == StorageForm::csr || (form == StorageForm::automatic &&
                                                has_one_hot_columns(schema) && sparse < dense);
  return storage;
}

std::unique_ptr<DataWriter> write_table(const std::string& path, const formats::TextFiles& files,
                                        formats::Encoder& encoder, const formats::Schema& schema,
                                        const formats::TargetColumns& targets,
                                        const formats::Extent& extent, const TableStorage& storage,
                                        const comm::Communicator& communicator,
                                        const formats::Progress& progress) {
  DataLayout layout;
  layout.rows = extent.rows;
  layout.features = schema.features();
  layout.sparse = storage.sparse;
  layout.nonzeros = extent.nonzeros;
  layout.values = storage.values;
  layout.readers = storage.readers;
  if (targets.label) layout.labels = label_type(extent);
  layout.weights = targets.weights.has_value();
  layout.feature_names = schema.feature_names();
  layout.schema = formats::to_text(schema);
  auto file = std::make_unique<DataWriter>(path, layout, communicator);
  const auto write = [&](auto value) {
    write_rows<decltype(value)>(*file, layout, files, encoder, targets, extent, communicator,
                                progress);
  };
  storage.values == hdf5::ValueType::float32 ? write(float{}) : write(double{});
  return file;
}

}  // namespace mpilogit::importing
