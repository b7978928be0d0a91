#include "running/checkpoints.hpp"

#include <chrono>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "comm/agreement.hpp"
#include "comm/signals.hpp"
#include "core/atomic_file.hpp"
#include "core/error.hpp"
#include "core/units.hpp"
#include "running/checkpoint_file.hpp"

namespace mpilogit::running {

namespace {

// A request so soon after a checkpoint is met by it.
constexpr double kSecondsApart = 1.0;

/// Unwinds runs under way, on all ranks alike, once their state is kept.
struct StopRequested {};

// Whole and sealed, but no state that a run has had: somebody has changed it. Or the fault is ours.
core::Error led_astray(const std::string& what) {
  return core::bad_input({.what = "going on from the checkpoint failed: " + what,
                          .why = "it may hold a state that no run has had",
                          .remedy = "Begin anew with --restart"});
}

/// Writes in the background, one checkpoint at a time.
class Writer {
 public:
  Writer(std::string path, problem::CheckpointObserver& observer)
      : path_(std::move(path)), observer_(observer) {}

  bool busy() const {
    return result_.valid() &&
           result_.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
  }

  void start(Checkpoint checkpoint, const std::string& cause) {
    report();
    result_ = std::async(std::launch::async, [this, checkpoint = std::move(checkpoint), cause] {
      return written(checkpoint, cause);
    });
  }

  void write(const Checkpoint& checkpoint, const std::string& cause) {
    report();
    observer_.checkpoint_written(written(checkpoint, cause));
  }

  /// Waits for the one under way, and tells how it went.
  void report() {
    if (!result_.valid()) return;
    try {
      observer_.checkpoint_written(result_.get());
    } catch (const core::Error& error) {
      observer_.checkpoint_failed(error.what());
    }
  }

 private:
  problem::WrittenCheckpoint written(const Checkpoint& checkpoint, const std::string& cause) const {
    const core::Stopwatch watch;
    const auto bytes = static_cast<std::int64_t>(write_checkpoint(path_, checkpoint));
    return {path_, bytes, cause, watch.seconds()};
  }

  std::string path_;
  problem::CheckpointObserver& observer_;
  std::future<problem::WrittenCheckpoint> result_;
};

}  // namespace

class Checkpoints::Main final : public solvers::StateKeeper {
 public:
  Main(Implementation& owner, std::vector<std::byte> state)
      : StateKeeper(std::move(state)), owner_(owner) {}
  void boundary() override;

 private:
  Implementation& owner_;
};

class Checkpoints::Lane final : public solvers::StateKeeper {
 public:
  Lane(Implementation& owner, std::vector<std::byte> state)
      : StateKeeper(std::move(state)), owner_(owner) {}
  void boundary() override;

  // Guarded by the owner's mutex, but for the first.
  std::int64_t iterations = -1;  // since its state was last kept; the first boundary ends none
  std::int64_t kept_in = 0;      // number of the last checkpoint that it has a part in
  bool finished = false;
  std::vector<std::byte> kept;

 private:
  Implementation& owner_;
};

class Checkpoints::Implementation {
 public:
  Implementation(problem::CheckpointOptions options, const comm::Communicator& communicator,
                 problem::CheckpointObserver& observer)
      : options_(std::move(options)),
        communicator_(communicator),
        observer_(observer),
        writer_(options_.path, observer) {
    communicator_.listen_to(&signals_);
  }
  ~Implementation() { communicator_.listen_to(nullptr); }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  void begin(const problem::TrainingSet& set, const DataFingerprint& data);
  void run(core::FunctionRef<void()> work);
  void done(bool keep);

  void at_boundary_of_main();
  void at_boundary_of(Lane& lane);
  void finish(Lane& lane);
  void open_lanes(std::size_t problems);
  void close_lanes();

  Main* main() const { return main_.get(); }
  Lane* lane(std::size_t problem) const { return lanes_[problem].get(); }

 private:
  Identity identity_of(const problem::TrainingSet& set, const DataFingerprint& data) const;
  Checkpoint resume(const Identity& identity);
  bool due(std::int64_t iterations);
  bool stop_requested() const { return communicator_.requests().stops > 0; }
  std::string mark_kept();
  void keep_part_of(Lane& lane);
  void write_lanes_if_all_are_there();

  problem::CheckpointOptions options_;
  const comm::Communicator& communicator_;
  problem::CheckpointObserver& observer_;
  comm::Signals signals_;
  Writer writer_;
  Checkpoint last_;  // identity; and what was kept last, on the root
  std::unique_ptr<Main> main_;
  core::Stopwatch since_;         // the last checkpoint was begun
  std::int64_t iterations_ = -1;  // of the main run, likewise; the first boundary ends none
  bool kept_ = false;             // one by this run
  bool resumed_ = false;
  std::int64_t honoured_ = 0;  // requests for checkpoints
  std::mutex mutex_;           // of what follows
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<std::vector<std::byte>> resumed_lanes_;
  std::int64_t round_ = 0;  // number of the last checkpoint that lanes were asked for
  bool round_open_ = false;
};

Identity Checkpoints::Implementation::identity_of(const problem::TrainingSet& set,
                                                  const DataFingerprint& data) const {
  Identity identity = options_.identity;
  identity.emplace_back("the number of rows", std::to_string(set.dataset.shape().rows));
  identity.emplace_back("the number of features", std::to_string(set.dataset.shape().features));
  std::string classes;
  for (std::size_t k = 0; k < set.classes().size(); ++k) {
    classes += (k == 0 ? "" : ", ") + set.classes().name(k);
  }
  identity.emplace_back("the list of classes", classes);
  identity.emplace_back("the fingerprint of the data", fmt::format("{:016x}", data.combined()));
  return identity;
}

// On the root.
Checkpoint Checkpoints::Implementation::resume(const Identity& identity) {
  core::require_writable(options_.path);
  if (!options_.overwrite) require_checkpoints_or_nothing(options_.path);
  if (options_.restart) return {};
  auto found = find_checkpoint(options_.path);
  if (!found) return {};
  const std::string other = difference(found->checkpoint.identity, identity);
  if (!other.empty()) {
    throw core::bad_input({.what = "the checkpoint is of another run: " + other,
                           .where = found->path,
                           .why = {},
                           .remedy = "Run what it was made by, give --checkpoint another path, or "
                                     "begin anew with --restart"});
  }
  // Else the next one would be written over the sound one, to keep the damaged.
  if (found->path != options_.path) remove_file(options_.path);
  observer_.resumed(found->path, found->remark);
  return std::move(found->checkpoint);
}

void Checkpoints::Implementation::begin(const problem::TrainingSet& set,
                                        const DataFingerprint& data) {
  last_.identity = identity_of(set, data);
  std::string packed = comm::on_root(communicator_, [&] {
    Checkpoint found = resume(last_.identity);
    core::Archive archive;
    archive(found.state);
    archive.each(found.lanes, [&](auto& lane) { archive(lane); });
    const auto* text = reinterpret_cast<const char*>(archive.bytes().data());
    return std::string(text, archive.bytes().size());
  });
  const auto bytes = std::as_bytes(std::span(packed));
  core::Archive archive({bytes.begin(), bytes.end()});
  std::vector<std::byte> state;
  archive(state);
  archive.each(resumed_lanes_, [&](auto& lane) { archive(lane); });
  resumed_ = !state.empty();
  main_ = std::make_unique<Main>(*this, std::move(state));
  signals_.hold();
  since_ = core::Stopwatch();
}

void Checkpoints::Implementation::run(core::FunctionRef<void()> work) {
  try {
    work();
    return;
  } catch (const StopRequested&) {
    // All ranks are here.
  } catch (const core::Error& error) {
    if (!resumed_ || error.code() != core::ExitCode::internal_failure) throw;
    throw led_astray(error.what());
  } catch (const std::logic_error& error) {  // lengths and places that no state of ours has
    if (!resumed_) throw;
    throw led_astray(error.what());
  }
  comm::on_root(communicator_, [&] {
    writer_.write(last_, "stop");
    return std::string();
  });
  throw core::Error(
      core::ExitCode::checkpointed,
      fmt::format("stopped on request; {} holds the state. Run the same command again "
                  "to go on",
                  options_.path))
      .as_agreed();
}

void Checkpoints::Implementation::done(bool keep) {
  comm::on_root(communicator_, [&] {
    writer_.report();
    if (keep) return std::string();
    remove_file(options_.path);
    remove_file(previous_checkpoint(options_.path));
    return std::string();
  });
}

// On the root.
bool Checkpoints::Implementation::due(std::int64_t iterations) {
  if (writer_.busy()) return false;
  const std::int64_t asked = communicator_.requests().checkpoints;
  if (asked > honoured_) {
    // What goes to all ranks at once may arrive in several passes: the last checkpoint serves.
    if (!kept_ || since_.seconds() >= kSecondsApart) return true;
    honoured_ = asked;
  }
  if (options_.every_iterations) return iterations >= *options_.every_iterations;
  return since_.seconds() >= options_.every_seconds;
}

// Returns why.
std::string Checkpoints::Implementation::mark_kept() {
  const std::int64_t asked = communicator_.requests().checkpoints;
  since_ = core::Stopwatch();
  kept_ = true;
  return std::exchange(honoured_, asked) < asked ? "request" : "interval";
}

void Checkpoints::Implementation::at_boundary_of_main() {
  const bool stop = stop_requested();
  ++iterations_;
  if (communicator_.is_root() && (stop || due(iterations_))) {
    last_.state = main_->state();
    last_.lanes.clear();
    iterations_ = 0;
    const std::string cause = mark_kept();
    if (!stop) writer_.start(last_, cause);
  }
  if (stop) throw StopRequested{};
}

void Checkpoints::Implementation::open_lanes(std::size_t problems) {
  auto states = std::exchange(resumed_lanes_, {});
  states.resize(problems);
  for (auto& state : states) lanes_.push_back(std::make_unique<Lane>(*this, std::move(state)));
  if (communicator_.is_root()) last_.state = main_->state();
}

// Where they end because somebody asked to stop, all have just kept their states.
void Checkpoints::Implementation::close_lanes() {
  last_.lanes.clear();
  for (const auto& lane : lanes_) last_.lanes.push_back(std::move(lane->kept));
  lanes_.clear();
}

void Checkpoints::Implementation::keep_part_of(Lane& lane) {
  lane.kept = lane.state();
  lane.kept_in = round_;
  lane.iterations = 0;
}

// A checkpoint is made of every lane's state at its own boundary: lanes know nothing of one
// another.
void Checkpoints::Implementation::write_lanes_if_all_are_there() {
  for (const auto& lane : lanes_) {
    if (!lane->finished && lane->kept_in != round_) return;
  }
  last_.lanes.clear();
  for (const auto& lane : lanes_) last_.lanes.push_back(lane->kept);
  round_open_ = false;
  const std::string cause = mark_kept();
  writer_.start(last_, cause);
}

void Checkpoints::Implementation::at_boundary_of(Lane& lane) {
  const bool stop = stop_requested();
  if (communicator_.is_root()) {
    const std::scoped_lock lock(mutex_);
    ++lane.iterations;
    if (!stop && !round_open_ && due(lane.iterations)) {
      round_open_ = true;
      ++round_;
    }
    if (stop || (round_open_ && lane.kept_in != round_)) keep_part_of(lane);
    if (!stop && round_open_) write_lanes_if_all_are_there();
  }
  if (stop) throw StopRequested{};
}

void Checkpoints::Implementation::finish(Lane& lane) {
  if (!communicator_.is_root()) return;
  const std::scoped_lock lock(mutex_);
  keep_part_of(lane);
  lane.finished = true;
  if (round_open_) write_lanes_if_all_are_there();
}

void Checkpoints::Main::boundary() {
  owner_.at_boundary_of_main();
}

void Checkpoints::Lane::boundary() {
  owner_.at_boundary_of(*this);
}

Checkpoints::Checkpoints(const std::optional<problem::CheckpointOptions>& options,
                         const comm::Communicator& communicator,
                         problem::CheckpointObserver& observer)
    : implementation_(options ? std::make_unique<Implementation>(*options, communicator, observer)
                              : nullptr) {}

Checkpoints::~Checkpoints() = default;

void Checkpoints::begin(const problem::TrainingSet& set, const DataFingerprint& data) {
  if (implementation_) implementation_->begin(set, data);
}

solvers::StateKeeper* Checkpoints::keeper() const {
  return implementation_ ? implementation_->main() : nullptr;
}

void Checkpoints::run(core::FunctionRef<void()> work) {
  implementation_ ? implementation_->run(work) : work();
}

void Checkpoints::done(bool keep) {
  if (implementation_) implementation_->done(keep);
}

Checkpoints::Lanes::Lanes(Checkpoints& checkpoints, std::size_t problems)
    : checkpoints_(checkpoints) {
  if (checkpoints_.implementation_) checkpoints_.implementation_->open_lanes(problems);
}

Checkpoints::Lanes::~Lanes() {
  if (checkpoints_.implementation_) checkpoints_.implementation_->close_lanes();
}

solvers::StateKeeper* Checkpoints::Lanes::keeper(std::size_t problem) const {
  return checkpoints_.implementation_ ? checkpoints_.implementation_->lane(problem) : nullptr;
}

void Checkpoints::Lanes::finish(std::size_t problem) {
  if (!checkpoints_.implementation_) return;
  checkpoints_.implementation_->finish(*checkpoints_.implementation_->lane(problem));
}

}  // namespace mpilogit::running
