#include "data/block_stream.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <omp.h>
#include <system_error>
#include <thread>
#include <vector>

#include "core/units.hpp"
#include "data/streaming/streamed_rows.hpp"

namespace mpilogit::data {

namespace {

constexpr std::size_t kResident = static_cast<std::size_t>(-1);

// Wanted ranges that are read at once: they lie one after the other.
struct Run {
  std::size_t first = 0;  // index among the wanted
  std::size_t last = 0;
  Range rows;
};

}  // namespace

class BlockStream::Implementation {
 public:
  Implementation(const Dataset& dataset, StreamedRows* streamed, std::span<const Range> wanted);
  ~Implementation();

  std::optional<Lease> take();
  void give_back(const Lease& lease);
  void finish();

 private:
  struct Ready {
    std::size_t index;
    std::size_t piece;
  };

  void plan_runs(std::span<const std::size_t> indices);
  void start_readers(std::size_t count);
  void read_ahead();
  bool failed() const { return failure_ || lost_; }
  bool ended() const { return failed() || (ready_.empty() && left_ == 0); }
  void stop();

  const Dataset& dataset_;
  StreamedRows* streamed_;
  std::span<const Range> wanted_;
  std::vector<Run> runs_;

  std::mutex mutex_;
  std::condition_variable some_ready_;
  std::condition_variable some_free_;
  std::vector<std::size_t> resident_;  // indices, from the back
  std::deque<Ready> ready_;
  std::vector<std::size_t> free_;  // pieces
  std::size_t next_run_ = 0;
  std::size_t left_ = 0;  // wanted ranges that are not read yet
  bool stopped_ = false;
  std::exception_ptr failure_;
  std::optional<Range> lost_;  // rows that were not the file's
  double waited_ = 0.0;
  std::vector<std::thread> readers_;
};

BlockStream::Implementation::Implementation(const Dataset& dataset, StreamedRows* streamed,
                                            std::span<const Range> wanted)
    : dataset_(dataset), streamed_(streamed), wanted_(wanted) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool is_streamed = streamed != nullptr && wanted[i].first >= streamed->rows().first;
    (is_streamed ? indices : resident_).push_back(i);
  }
  std::reverse(resident_.begin(), resident_.end());
  if (indices.empty()) return;
  plan_runs(indices);
  left_ = indices.size();
  for (std::size_t p = 0; p < streamed->pieces().size(); ++p) free_.push_back(p);
  start_readers(std::min(
      {static_cast<std::size_t>(streamed->readers()), runs_.size(), streamed->pieces().size()}));
}

// One does what two do, if the system gives no more threads.
void BlockStream::Implementation::start_readers(std::size_t count) {
  streamed_->begin_pass();
  readers_.reserve(count);
  try {
    while (readers_.size() < count) readers_.emplace_back([this] { read_ahead(); });
  } catch (const std::system_error&) {
    if (!readers_.empty()) return;
    streamed_->end_pass();
    throw;
  }
}

// Neighbours share a piece as long as it has room.
void BlockStream::Implementation::plan_runs(std::span<const std::size_t> indices) {
  for (const std::size_t i : indices) {
    const Range rows = wanted_[i];
    if (!runs_.empty() && runs_.back().last == i && runs_.back().rows.last == rows.first &&
        streamed_->bytes_of({runs_.back().rows.first, rows.last}) <= streamed_->piece_bytes()) {
      runs_.back().last = i + 1;
      runs_.back().rows.last = rows.last;
    } else {
      runs_.push_back({i, i + 1, rows});
    }
  }
}

void BlockStream::Implementation::read_ahead() {
  std::unique_lock lock(mutex_);
  while (true) {
    some_free_.wait(lock, [&] { return stopped_ || !free_.empty() || next_run_ == runs_.size(); });
    if (stopped_ || next_run_ == runs_.size()) return;
    const Run run = runs_[next_run_++];
    if (next_run_ == runs_.size()) some_free_.notify_all();
    const std::size_t number = free_.back();
    free_.pop_back();
    Piece& piece = streamed_->pieces()[number];
    lock.unlock();
    std::exception_ptr failure;
    try {
      streamed_->fetch(run.rows, piece);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure) {
      if (!failure_) failure_ = failure;
      stop();
      return;
    }
    piece.loans = static_cast<int>(run.last - run.first);
    left_ -= run.last - run.first;
    for (std::size_t i = run.first; i < run.last; ++i) ready_.push_back({i, number});
    some_ready_.notify_all();
  }
}

// With the lock held.
void BlockStream::Implementation::stop() {
  stopped_ = true;
  some_free_.notify_all();
  some_ready_.notify_all();
}

std::optional<BlockStream::Lease> BlockStream::Implementation::take() {
  std::unique_lock lock(mutex_);
  if (ready_.empty() && !resident_.empty()) {
    const std::size_t index = resident_.back();
    resident_.pop_back();
    lock.unlock();
    return Lease{index, dataset_.rows(wanted_[index]), kResident};
  }
  if (ready_.empty() && !ended()) {
    const core::Stopwatch watch;
    some_ready_.wait(lock, [&] { return !ready_.empty() || ended(); });
    waited_ += watch.seconds();
  }
  if (failed() || ready_.empty()) return std::nullopt;
  const Ready next = ready_.front();
  ready_.pop_front();
  const Piece& piece = streamed_->pieces()[next.piece];
  lock.unlock();
  return Lease{next.index, streamed_->view(piece, wanted_[next.index]), next.piece};
}

void BlockStream::Implementation::give_back(const Lease& lease) {
  if (lease.piece == kResident) return;
  Piece& piece = streamed_->pieces()[lease.piece];
  std::unique_lock lock(mutex_);
  if (--piece.loans > 0) return;
  lock.unlock();
  const bool sound = streamed_->release(piece);
  lock.lock();
  if (!sound) {
    lost_ = piece.rows;
    stop();
  }
  free_.push_back(lease.piece);
  some_free_.notify_one();
}

void BlockStream::Implementation::finish() {
  for (auto& reader : readers_) reader.join();
  readers_.clear();
  if (streamed_ == nullptr) return;
  streamed_->add_waiting(waited_);
  if (failure_) std::rethrow_exception(failure_);
  if (lost_) streamed_->explain_loss(*lost_);
  // Only now: until all loans came back, rows could be looked at in the file.
  if (!runs_.empty()) streamed_->require_unchanged();
}

BlockStream::Implementation::~Implementation() {
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
  }
  some_free_.notify_all();
  for (auto& reader : readers_) reader.join();
  if (streamed_ != nullptr) streamed_->end_pass();
}

BlockStream::BlockStream(const Dataset& dataset, std::span<const Range> wanted)
    : implementation_(std::make_unique<Implementation>(dataset, dataset.streamed_.get(), wanted)) {}

BlockStream::~BlockStream() = default;

std::optional<BlockStream::Lease> BlockStream::take() {
  return implementation_->take();
}

void BlockStream::give_back(const Lease& lease) {
  implementation_->give_back(lease);
}

void BlockStream::finish() {
  implementation_->finish();
}

void for_each_rows(const Dataset& dataset, std::span<const Range> wanted, int threads,
                   core::FunctionRef<void(std::size_t, const kernels::AnyRows&, int)> body) {
  const auto most = std::max<std::size_t>(1, wanted.size());
  const int team = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(threads), most));
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(team));
  BlockStream stream(dataset, wanted);
#pragma omp parallel num_threads(team) if (team > 1)
  {
    const int worker = omp_get_thread_num();
    while (const auto lease = stream.take()) {
      try {
        body(lease->index, lease->rows, worker);
      } catch (...) {
        failures[static_cast<std::size_t>(worker)] = std::current_exception();
      }
      stream.give_back(*lease);
    }
  }
  stream.finish();
  for (const auto& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace mpilogit::data
