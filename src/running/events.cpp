#include "running/events.hpp"

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <optional>
#include <random>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/text_file.hpp"
#include "core/units.hpp"

namespace mpilogit::running {

namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::system_clock;

constexpr double kSecondsBetweenPasses = 0.1;

// "2026-11-26T09:03:01.123Z"
std::string utc(Clock::time_point when) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(when.time_since_epoch());
  const auto whole = std::chrono::floor<std::chrono::seconds>(since);
  const std::time_t seconds = whole.count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     (since - whole).count());
}

// Tells the runs apart that append to one file; no result depends on it.
std::string random_id() {
  std::random_device device;
  return fmt::format("{:08x}{:08x}", device(), device());
}

// Whatever else is at the path, a data set say, would be spoilt by lines at its end.
void require_no_other_contents(const std::string& path) {
  constexpr std::string_view kFirst = R"({"event":")";
  std::error_code failure;  // not needed: what cannot be looked at cannot be opened either
  if (!std::filesystem::is_regular_file(path, failure)) return;
  std::string beginning;
  try {
    beginning = core::read_beginning(path, kFirst.size()).value_or("");
  } catch (const core::Error&) {
    return;  // it may take lines all the same
  }
  if (kFirst.starts_with(beginning)) return;  // all of it, or what a full disk has taken
  throw core::bad_input({.what = "there is a file with something else than events",
                         .where = path,
                         .why = "events are appended to what is there",
                         .remedy = "Name another file with --events"});
}

}  // namespace

class Events::Writer {
 public:
  struct Moment {
    Clock::time_point time;
    double seconds = 0.0;  // since the start
  };

  void open(const std::string& path, Complain complain);
  bool open() const { return file_.has_value(); }
  Moment now() const { return {Clock::now(), watch_.seconds()}; }

  void write(const char* event, const Json& fields);
  void pass(const solvers::Progress& progress);
  void set_outcome(Json outcome) { outcome_ = std::move(outcome); }
  const Json& outcome() const { return outcome_; }

 private:
  struct Pass {
    solvers::Progress progress;
    Moment moment;
  };

  void write_at(const Moment& moment, const char* event, const Json& fields);
  void write_held_pass();

  core::Stopwatch watch_;
  std::optional<core::LineFile> file_;
  Complain complain_;  // until it was done
  std::string path_;
  std::string run_;
  std::optional<Pass> held_;
  double last_pass_ = 0.0;  // seconds
  Json outcome_ = Json::object();
};

void Events::Writer::open(const std::string& path, Complain complain) {
  require_no_other_contents(path);
  file_.emplace(path);
  path_ = path;
  complain_ = std::move(complain);
  run_ = random_id();
}

void Events::Writer::write_at(const Moment& moment, const char* event, const Json& fields) {
  Json line = {
      {"event", event}, {"time", utc(moment.time)}, {"run", run_}, {"seconds", moment.seconds}};
  line.update(fields);
  // Bytes that are not UTF-8 (in names of files) become U+FFFD instead of an exception.
  const std::string why = file_->append(line.dump(-1, ' ', false, Json::error_handler_t::replace));
  if (why.empty() || !complain_) return;
  complain_(fmt::format("{}: events are missing from this file ({})", path_, why));
  complain_ = nullptr;
}

void Events::Writer::write_held_pass() {
  if (!held_) return;
  const Pass pass = *held_;
  held_.reset();
  last_pass_ = pass.moment.seconds;
  write_at(pass.moment, "pass",
           {{"iteration", pass.progress.iteration},
            {"objective", pass.progress.objective},
            {"estimated_gap", pass.progress.estimated_gap},
            {"gradient_norm", pass.progress.gradient_norm},
            {"data_passes", pass.progress.data_passes}});
}

void Events::Writer::pass(const solvers::Progress& progress) {
  const bool first = progress.iteration == 0;
  if (first) write_held_pass();  // the last one of another solver
  held_ = Pass{progress, now()};
  if (first || held_->moment.seconds - last_pass_ >= kSecondsBetweenPasses) write_held_pass();
}

void Events::Writer::write(const char* event, const Json& fields) {
  write_held_pass();
  write_at(now(), event, fields);
}

Events::Events() : writer_(std::make_unique<Writer>()) {}
Events::~Events() = default;

void Events::open(const std::string& path, Complain complain) {
  writer_->open(path, std::move(complain));
}

bool Events::wanted() const {
  return writer_->open();
}

void Events::start(const RunDescription& run) {
  if (!wanted()) return;
  Json options = Json::object();
  for (const auto& [name, value] : run.options) options[name] = value;
  const auto job = batch_job_id();
  writer_->write("start", {{"command", run.command},
                           {"version", run.version},
                           {"files", run.files},
                           {"options", options},
                           {"ranks", run.ranks},
                           {"threads", run.threads},
                           {"hosts", run.hosts},
                           {"job", job ? Json(*job) : Json(nullptr)},
                           {"restart", restart_count()}});
}

void Events::data(const data::Shape& shape, double seconds_read) {
  if (!wanted()) return;
  writer_->write("data", {{"rows", shape.rows},
                          {"features", shape.features},
                          {"nonzeros", shape.nonzeros},
                          {"seconds_read", seconds_read}});
}

void Events::pass(const solvers::Progress& progress) {
  if (wanted()) writer_->pass(progress);
}

void Events::step(const model::Path& path) {
  if (!wanted()) return;
  const std::size_t last = path.lambda.size() - 1;
  writer_->write("step", {{"step", last},
                          {"lambda", path.lambda[last]},
                          {"objective", path.objective[last]},
                          {"nonzeros", path.nonzeros[last]},
                          {"deviance_explained", path.deviance_explained[last]},
                          {"data_passes", path.data_passes[last]}});
}

void Events::folds(double l1_ratio, std::int64_t data_passes) {
  if (!wanted()) return;
  writer_->write("step", {{"l1_ratio", l1_ratio}, {"data_passes", data_passes}});
}

void Events::resumed(const std::string& checkpoint) {
  if (wanted()) writer_->write("resume", {{"file", checkpoint}});
}

void Events::checkpoint(const problem::WrittenCheckpoint& checkpoint) {
  if (!wanted()) return;
  writer_->write("checkpoint", {{"file", checkpoint.path},
                                {"bytes", checkpoint.bytes},
                                {"cause", checkpoint.cause},
                                {"seconds_write", checkpoint.seconds}});
}

void Events::warning(const std::string& message) {
  if (wanted()) writer_->write("warning", {{"message", message}});
}

void Events::outcome(const std::string& stop_reason, const std::string& coefficients_sha256) {
  if (!wanted()) return;
  writer_->set_outcome(
      {{"stop_reason", stop_reason}, {"coefficients_sha256", coefficients_sha256}});
}

void Events::end(int exit_code, const std::string& message) {
  if (!wanted()) return;
  Json fields = {{"code", exit_code}};
  fields.update(writer_->outcome());
  if (!message.empty()) fields["message"] = message;
  writer_->write("end", fields);
}

std::optional<std::string> batch_job_id() {
  for (const char* name : {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return std::nullopt;
}

std::int64_t restart_count() {
  for (const char* name : {"SLURM_RESTART_COUNT", "MPILOGIT_RESTART"}) {
    const char* value = std::getenv(name);
    if (value == nullptr) continue;
    const std::string_view text(value);
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error == std::errc() && end == text.data() + text.size()) return count;
  }
  return 0;
}

}  // namespace mpilogit::running
