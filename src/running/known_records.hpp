#pragma once
// Reading records: whether a file is one, and what it tells.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "running/history.hpp"

namespace mpilogit::running {

/// Whether the beginning of a file is that of a run record, of a model as JSON, or of the events of
/// runs: JSON with the keys that they have, whatever version of the program wrote it.
bool is_record(std::string_view beginning);

/// Of a record that lacks a key, or has it in another type, the field is empty.
struct RecordSummary {
  std::optional<std::int64_t> rows;
  std::optional<std::int64_t> features;  ///< of the data
  std::optional<std::int64_t> nonzeros;  ///< entries stored
  std::optional<bool> sparse;
  std::string storage;
  std::optional<double> total_weight;
  std::optional<bool> converged;
  std::string stop_reason;  ///< of a path: why it ended
  std::optional<std::int64_t> iterations;
  std::optional<std::int64_t> data_passes;
  std::optional<double> objective;
  std::optional<double> log_loss;
  std::optional<double> null_log_loss;  ///< of a path
  std::optional<double> estimated_gap;
  std::optional<std::int64_t> ranks;
  std::optional<std::int64_t> threads;
  std::optional<double> seconds_total;
  std::vector<std::string> aliased;     ///< what each aliased column is
  std::vector<std::string> separating;  ///< coefficients without a finite optimum
  std::vector<HistoryEntry> history;
};

/// Of the JSON text that `to_json` made, or an older program. Text that is no JSON gives nothing.
RecordSummary summarise_record(const std::string& json);

}  // namespace mpilogit::running
