#include "formats/encoder.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "comm/agreement.hpp"
#include "formats/detail/column_survey.hpp"

namespace mpilogit::formats {

Encoder::Encoder(const Schema& schema, const TextFiles& files, const TargetColumns& targets,
                 Unseen unseen, Dropped dropped)
    : schema_(schema),
      files_(files),
      targets_(targets),
      unseen_(unseen),
      dropped_(dropped),
      missing_(schema.missing_texts),
      unseen_counts_(schema.columns.size(), 0) {
  std::int64_t next = 0;
  for (const Column& column : schema_.columns) {
    Plan plan;
    plan.column = &column;
    plan.index = column_called(column.name, files, "the schema");
    plan.first = next;
    next += column.features();
    plan.indicator = next - 1;
    std::int64_t feature = plan.first;
    for (const auto& level : column.levels) {
      plan.levels.add(level);
      plan.features.push_back(level == column.dropped ? -1 : feature++);
    }
    plans_.push_back(std::move(plan));
  }
}

bool Encoder::lacks_value(const Row& row) const {
  const auto lacks = [&](std::size_t index) { return missing_.contains(row.fields[index]); };
  return std::any_of(plans_.begin(), plans_.end(),
                     [&](const Plan& plan) { return lacks(plan.index); }) ||
         (targets_.label && lacks(*targets_.label)) ||
         (targets_.weights && lacks(*targets_.weights));
}

bool Encoder::encode(const Row& row, EncodedRow& encoded) {
  encoded.clear();
  if (schema_.missing == Missing::drop && dropped_ == Dropped::left_out && lacks_value(row)) {
    return false;
  }
  for (std::size_t number = 0; number < plans_.size(); ++number) {
    const Plan& plan = plans_[number];
    const std::string_view text = row.fields[plan.index];
    if (missing_.contains(text)) {
      encode_missing(row, plan, encoded);
    } else {
      encode_value(row, number, text, encoded);
    }
  }
  return true;
}

void Encoder::encode_missing(const Row& row, const Plan& plan, EncodedRow& encoded) const {
  const Column& column = *plan.column;
  const bool fills_in = schema_.missing == Missing::mean;
  // A category has no mean: only its indicator can say so.
  if (!fills_in || (!is_numeric(column.kind) && !column.indicates_missing)) {
    const std::string why =
        schema_.missing == Missing::error  ? "the table that was imported had none without"
        : schema_.missing == Missing::drop ? "such rows were dropped when the model was made"
                                           : "no row had none when the model was made";
    throw bad_row(
        files_, row, fmt::format("column '{}' has no value", column.name), why,
        "Fill it in or leave the row out; importing with --missing mean makes models that "
        "take such rows");
  }
  if (is_numeric(column.kind) && column.mean != 0.0) encoded.add(plan.first, column.mean);
  if (column.indicates_missing) encoded.add(plan.indicator, 1.0);
}

void Encoder::encode_value(const Row& row, std::size_t number, std::string_view text,
                           EncodedRow& encoded) {
  const Plan& plan = plans_[number];
  const Column& column = *plan.column;
  if (is_numeric(column.kind)) {
    const bool is_date = column.kind == ColumnKind::date;
    const auto value = is_date ? date_in(text) : number_in(text);
    if (!value) {
      throw bad_row(files_, row, fmt::format("column '{}' holds '{}'", column.name, shown(text)),
                    is_date ? "that is no ISO 8601 date" : "that is no number",
                    "Correct it, or leave the row out");
    }
    if (*value != 0.0) encoded.add(plan.first, *value);
    return;
  }
  if (column.kind == ColumnKind::hashed) {
    encoded.add(plan.first + bucket_of(text, column.buckets), 1.0);
    return;
  }
  const std::uint32_t level = plan.levels.find(text);
  if (level != LevelTable::kNone) {
    if (plan.features[level] >= 0) encoded.add(plan.features[level], 1.0);
    return;
  }
  if (unseen_ == Unseen::error) {
    throw bad_row(files_, row,
                  fmt::format("column '{}' has the category '{}'", column.name, shown(text)),
                  "no row had it when the model was made",
                  "--unseen baseline takes such rows as having none of its features");
  }
  ++unseen_counts_[number];
}

std::vector<std::string> columns_without_use(const Schema& schema, const TextFiles& files,
                                             const TargetColumns& targets) {
  std::set<std::string> known = {schema.label};
  for (const Column& column : schema.columns) known.insert(column.name);
  std::vector<std::string> unused;
  for (std::size_t i = 0; i < files.columns().size(); ++i) {
    const std::string& name = files.columns()[i];
    const bool used = i == targets.label || i == targets.weights || known.contains(name);
    if (!used) unused.push_back(name);
  }
  return unused;
}

Extent measure(const TextFiles& files, Encoder& encoder, const TargetColumns& targets,
               core::FunctionRef<void(const Row&)> check, const comm::Communicator& communicator,
               const Progress& progress) {
  RankExtent mine;
  LabelSurvey labels(targets, files);
  EncodedRow encoded;
  for_each_row(files, communicator, "measuring", progress, [&](const Row& row) {
    if (!encoder.encode(row, encoded)) {
      ++mine.dropped;
      return;
    }
    labels.see(row, encoder.missing());
    check(row);
    ++mine.rows;
    mine.nonzeros += std::ssize(encoded.values);
    for (const double value : encoded.values) mine.single_precision &= is_single_precision(value);
  });
  const Extent extent = together(mine, labels, communicator);
  comm::together(communicator, [&] { require_rows(extent, files); });
  return extent;
}

}  // namespace mpilogit::formats
