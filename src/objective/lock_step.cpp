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
class LockStep::Rendezvous {
 public:
  Rendezvous(const SharedRows& rows, std::size_t problems) : rows_(rows) {
    for (std::size_t p = 0; p < problems; ++p)
      participants_.push_back(std::make_unique<Participant>(*this));
  }

  const Passes& participant(std::size_t problem) const { return *participants_[problem]; }
  void run(std::span<const std::function<void()>> tasks);

  const ReadCount& read() const { return read_; }

 private:
  // One problem's end of the rendezvous. Request, result and error are guarded by the rendezvous's
  // mutex.
  class Participant final : public Passes {
   public:
    explicit Participant(Rendezvous& rendezvous) : rendezvous_(rendezvous) {}

    const SharedRows& rows() const override { return rendezvous_.rows_; }
    PassResult run(const FusedPass& pass) const override {
      return rendezvous_.wait_for(*this, &pass);
    }
    PassResult run(const BlockSum& sum) const override { return rendezvous_.wait_for(*this, &sum); }
    ReadCount& read() const override { return read_; }

   private:
    friend class Rendezvous;
    Rendezvous& rendezvous_;
    mutable std::optional<Request> request;
    mutable std::optional<PassResult> result;
    mutable ReadCount read_;  // as if alone; touched by its own task only
    std::exception_ptr error;
  };

  PassResult wait_for(const Participant& participant, const Request& request);
  void run_task(Participant& participant, const std::function<void()>& task);
  void serve(std::unique_lock<std::mutex>& lock);

  const SharedRows& rows_;
  std::vector<std::unique_ptr<Participant>> participants_;
  std::mutex mutex_;
  std::condition_variable all_wait_;
  std::condition_variable served_;
  std::size_t live_ = 0;
  std::size_t waiting_ = 0;
  std::exception_ptr failure_;  // of a pass: all tasks end with it
  ReadCount read_;
};

PassResult LockStep::Rendezvous::wait_for(const Participant& participant, const Request& request) {
  std::unique_lock lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
  participant.request = request;
  ++waiting_;
  all_wait_.notify_one();
  served_.wait(lock, [&] { return participant.result.has_value() || failure_; });
  if (!participant.result) std::rethrow_exception(failure_);
  PassResult result = std::move(*participant.result);
  participant.result.reset();
  ++participant.read_.reads;
  participant.read_.rows +=
      std::visit([](const auto* asked) { return asked->global_rows; }, request);
  return result;
}

void LockStep::Rendezvous::run_task(Participant& participant, const std::function<void()>& task) {
  try {
    task();
  } catch (...) {
    participant.error = std::current_exception();
  }
  const std::scoped_lock lock(mutex_);
  --live_;
  all_wait_.notify_one();
}

// One pass for everyone who waits, in the order of the problems.
void LockStep::Rendezvous::serve(std::unique_lock<std::mutex>& lock) {
  std::vector<Request> requests;
  std::vector<const Participant*> askers;
  for (const auto& participant : participants_) {
    if (!participant->request) continue;
    requests.push_back(*participant->request);
    askers.push_back(participant.get());
    participant->request.reset();
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

void LockStep::Rendezvous::run(std::span<const std::function<void()>> tasks) {
  live_ = tasks.size();
  std::vector<std::thread> threads;
  for (std::size_t p = 0; p < tasks.size(); ++p) {
    threads.emplace_back([this, p, &tasks] { run_task(*participants_[p], tasks[p]); });
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
  for (const auto& participant : participants_) {
    if (participant->error) std::rethrow_exception(std::exchange(participant->error, nullptr));
  }
}

LockStep::LockStep(const SharedRows& rows, std::size_t problems)
    : rendezvous_(std::make_unique<Rendezvous>(rows, problems)) {}

LockStep::~LockStep() = default;

const Passes& LockStep::passes(std::size_t problem) const {
  return rendezvous_->participant(problem);
}

void LockStep::run(std::span<const std::function<void()>> tasks) {
  rendezvous_->run(tasks);
}

const ReadCount& LockStep::read() const {
  return rendezvous_->read();
}

}  // namespace mpilogit::objective
