#include "objective/lock_step.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "objective/pass/shared_pass.hpp"

namespace mpilogit::objective {

/// Where the solvers' threads wait for their passes.
class LockStep::Meeting {
 public:
  Meeting(const SharedRows& rows, std::size_t problems) : rows_(rows) {
    for (std::size_t p = 0; p < problems; ++p) lanes_.push_back(std::make_unique<Lane>(*this));
  }

  const Passes& lane(std::size_t problem) const { return *lanes_[problem]; }
  void run(std::span<const std::function<void()>> tasks);

  const ReadCount& read() const { return read_; }

 private:
  // One problem's end of the meeting. Request, result and error are guarded by the meeting's mutex.
  class Lane final : public Passes {
   public:
    explicit Lane(Meeting& meeting) : meeting_(meeting) {}

    const SharedRows& rows() const override { return meeting_.rows_; }
    PassResult run(const FusedPass& pass) const override { return meeting_.wait_for(*this, &pass); }
    PassResult run(const BlockSum& sum) const override { return meeting_.wait_for(*this, &sum); }
    ReadCount& read() const override { return read_; }

   private:
    friend class Meeting;
    Meeting& meeting_;
    mutable std::optional<Request> request;
    mutable std::optional<PassResult> result;
    mutable ReadCount read_;  // as if alone; touched by its own task only
    std::exception_ptr error;
  };

  PassResult wait_for(const Lane& lane, const Request& request);
  void run_task(Lane& lane, const std::function<void()>& task);
  void serve(std::unique_lock<std::mutex>& lock);

  const SharedRows& rows_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::mutex mutex_;
  std::condition_variable all_wait_;
  std::condition_variable served_;
  std::size_t live_ = 0;
  std::size_t waiting_ = 0;
  std::exception_ptr failure_;  // of a pass: all tasks end with it
  ReadCount read_;
};

PassResult LockStep::Meeting::wait_for(const Lane& lane, const Request& request) {
  std::unique_lock lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
  lane.request = request;
  ++waiting_;
  all_wait_.notify_one();
  served_.wait(lock, [&] { return lane.result.has_value() || failure_; });
  if (!lane.result) std::rethrow_exception(failure_);
  PassResult result = std::move(*lane.result);
  lane.result.reset();
  ++lane.read_.reads;
  lane.read_.rows += std::visit([](const auto* asked) { return asked->global_rows; }, request);
  return result;
}

void LockStep::Meeting::run_task(Lane& lane, const std::function<void()>& task) {
  try {
    task();
  } catch (...) {
    lane.error = std::current_exception();
  }
  const std::scoped_lock lock(mutex_);
  --live_;
  all_wait_.notify_one();
}

// One pass for everyone who waits, in the order of the problems.
void LockStep::Meeting::serve(std::unique_lock<std::mutex>& lock) {
  std::vector<Request> requests;
  std::vector<const Lane*> askers;
  for (const auto& lane : lanes_) {
    if (!lane->request) continue;
    requests.push_back(*lane->request);
    askers.push_back(lane.get());
    lane->request.reset();
  }
  waiting_ = 0;
  ReadCount count = read_;  // nobody else changes it
  std::vector<PassResult> results;
  lock.unlock();
  try {
    results = run_together(rows_, requests, count);
  } catch (...) {
    lock.lock();
    failure_ = std::current_exception();
    served_.notify_all();
    return;
  }
  lock.lock();
  read_ = count;
  for (std::size_t r = 0; r < askers.size(); ++r) askers[r]->result = std::move(results[r]);
  served_.notify_all();
}

void LockStep::Meeting::run(std::span<const std::function<void()>> tasks) {
  live_ = tasks.size();
  std::vector<std::thread> threads;
  for (std::size_t p = 0; p < tasks.size(); ++p) {
    threads.emplace_back([this, p, &tasks] { run_task(*lanes_[p], tasks[p]); });
  }
  {
    std::unique_lock lock(mutex_);
    while (true) {
      all_wait_.wait(lock, [&] { return waiting_ == live_; });
      if (live_ == 0) break;
      serve(lock);
    }
  }
  for (auto& thread : threads) thread.join();
  if (failure_) std::rethrow_exception(failure_);
  for (const auto& lane : lanes_) {
    if (lane->error) std::rethrow_exception(std::exchange(lane->error, nullptr));
  }
}

LockStep::LockStep(const SharedRows& rows, std::size_t problems)
    : meeting_(std::make_unique<Meeting>(rows, problems)) {}

LockStep::~LockStep() = default;

const Passes& LockStep::passes(std::size_t problem) const {
  return meeting_->lane(problem);
}

void LockStep::run(std::span<const std::function<void()>> tasks) {
  meeting_->run(tasks);
}

const ReadCount& LockStep::read() const {
  return meeting_->read();
}

}  // namespace mpilogit::objective
