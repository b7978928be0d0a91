#include "running/known_records.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include <nlohmann/json.hpp>

#include "core/parse_json.hpp"
#include "running/history.hpp"

namespace mpilogit::running {

// Telling JSON that this program wrote from other JSON.

namespace {

using ParsedJson = nlohmann::json;

/// Gathers the keys of the outermost object, and the text of its "format", as far as the text goes.
class OutermostKeys : public nlohmann::json_sax<ParsedJson> {
 public:
  const std::set<std::string>& keys() const { return keys_; }
  const std::string& format() const { return format_; }

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& value) override {
    if (depth_ == 1 && key_ == "format") format_ = value;
    return true;
  }
  bool binary(binary_t& /*value*/) override { return true; }
  bool start_object(std::size_t /*elements*/) override {
    ++depth_;
    return true;
  }
  bool key(string_t& name) override {
    if (depth_ == 1) keys_.insert(key_ = name);
    return true;
  }
  bool end_object() override { return --depth_ > 0; }
  bool start_array(std::size_t /*elements*/) override { return depth_++ > 0; }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool parse_error(std::size_t /*position*/, const std::string& /*last*/,
                   const nlohmann::detail::exception& /*error*/) override {
    return false;
  }

 private:
  int depth_ = 0;
  std::string key_;
  std::string format_;
  std::set<std::string> keys_;
};

}  // namespace

// Where the beginning is cut off, the parser stops: what was found before it counts.
bool is_record(std::string_view beginning) {
  OutermostKeys found;
  static_cast<void>(ParsedJson::sax_parse(beginning, &found));
  const auto has = [&](const char* key) { return found.keys().contains(key); };
  if (found.format().starts_with("mpilogit ")) return true;
  if (has("event") && has("time") && has("run")) return true;
  if (has("model_objective") && has("model_features")) return true;
  return has("rows") && has("features") && (has("nonzeros") || has("class_names"));
}

namespace {

void read(const ParsedJson& from, const char* key, std::optional<std::int64_t>& to) {
  if (from.contains(key) && from[key].is_number_integer()) to = from[key].get<std::int64_t>();
}

void read(const ParsedJson& from, const char* key, std::optional<double>& to) {
  if (from.contains(key) && from[key].is_number()) to = from[key].get<double>();
}

void read(const ParsedJson& from, const char* key, std::optional<bool>& to) {
  if (from.contains(key) && from[key].is_boolean()) to = from[key].get<bool>();
}

void read(const ParsedJson& from, const char* key, std::string& to) {
  if (from.contains(key) && from[key].is_string()) to = from[key].get<std::string>();
}

void read(const ParsedJson& from, const char* key, std::vector<std::string>& to) {
  if (!from.contains(key) || !from[key].is_array()) return;
  for (const auto& text : from[key]) {
    if (text.is_string()) to.push_back(text.get<std::string>());
  }
}

double number(const ParsedJson& from, const char* key) {
  std::optional<double> value;
  read(from, key, value);
  return value.value_or(std::numeric_limits<double>::quiet_NaN());
}

std::int64_t integer(const ParsedJson& from, const char* key) {
  std::optional<std::int64_t> value;
  read(from, key, value);
  return value.value_or(0);
}

void add_line(const ParsedJson& line, History& history) {
  solvers::Progress progress;
  progress.iteration = integer(line, "iteration");
  progress.objective = number(line, "objective");
  progress.estimated_gap = number(line, "estimated_gap");
  progress.gradient_norm = number(line, "gradient_norm");
  progress.data_passes = integer(line, "data_passes");
  history.add(progress, number(line, "seconds"));
}

// The lines of the history, which may be any number, go one by one into `history`, which keeps as
// many of them as that of a training.
ParsedJson without_history(const std::string& json, History& history) {
  bool in_history = false;
  const auto take = [&](int depth, ParsedJson::parse_event_t event, ParsedJson& parsed) {
    using Event = ParsedJson::parse_event_t;
    if (depth == 1 && event == Event::key) in_history = parsed == "history";
    if (depth != 2 || event != Event::object_end || !in_history) return true;
    add_line(parsed, history);
    return false;
  };
  return core::parse_json<ParsedJson>(json, take, false);
}

}  // namespace

RecordSummary summarise_record(const std::string& json) {
  RecordSummary summary;
  History history;
  const ParsedJson record = without_history(json, history);
  if (!record.is_object()) return summary;
  read(record, "rows", summary.rows);
  read(record, "features", summary.features);
  read(record, "nonzeros", summary.nonzeros);
  read(record, "sparse", summary.sparse);
  read(record, "storage", summary.storage);
  read(record, "total_weight", summary.total_weight);
  read(record, "converged", summary.converged);
  read(record, "ended", summary.stop_reason);
  read(record, "stop_reason", summary.stop_reason);
  read(record, "iterations", summary.iterations);
  read(record, "data_passes", summary.data_passes);
  read(record, "objective", summary.objective);
  read(record, "log_loss", summary.log_loss);
  read(record, "null_log_loss", summary.null_log_loss);
  read(record, "estimated_gap", summary.estimated_gap);
  read(record, "ranks", summary.ranks);
  read(record, "threads", summary.threads);
  if (record.contains("seconds") && record["seconds"].is_object()) {
    read(record["seconds"], "total", summary.seconds_total);
  }
  read(record, "aliased", summary.aliased);
  if (record.contains("separation") && record["separation"].is_object()) {
    read(record["separation"], "columns", summary.separating);
  }
  summary.history = history.entries();
  return summary;
}

}  // namespace mpilogit::running
