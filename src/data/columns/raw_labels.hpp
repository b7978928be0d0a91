#pragma once
// Labels and groups as the file has them.

#include <span>
#include <string>
#include <vector>

#include "data/features/shard_files.hpp"
#include "data/labels.hpp"
#include "data/metadata/findings.hpp"

namespace mpilogit::data {

/// Those of one rank's rows; one of the vectors is used.
struct RawLabels {
  LabelKind kind = LabelKind::integer;
  std::vector<std::int64_t> numbers;
  std::vector<std::string> texts;
};

/// Takes labels in the order of the rows, some at a time.
struct LabelSink {
  core::FunctionRef<void(std::span<const std::int64_t>)> numbers;
  core::FunctionRef<void(std::span<const std::string>)> texts;
};

/// Those of the part's rows. `first_row` is the part's first, global; what is no whole number
/// within an int64, or a code of no category, is added to `finding`, and the sink gets anything for
/// it.
void read_labels(FilePart& part, const Column& column, std::int64_t first_row, Finding& finding,
                 const LabelSink& sink);

/// Likewise, appended.
void read_labels(FilePart& part, const Column& column, std::int64_t first_row, Finding& finding,
                 RawLabels& labels);

/// The error that such a finding is. `fault` as in bad_values.
core::Error bad_labels(const Metadata& metadata, const std::string& name, const Finding& finding,
                       const Fault& fault);

}  // namespace mpilogit::data
