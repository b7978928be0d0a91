#pragma once
// A group of ranks and what they do together. The only interface to MPI in the program.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "comm/activity.hpp"
#include "comm/signals.hpp"

namespace mpilogit::comm {

/// What went over the wire so far: the calls of allreduce and their payload per rank; and how long
/// this rank was in collective calls of every kind, also of communicators split from this one.
struct Traffic {
  std::int64_t allreduce_count = 0;
  std::int64_t allreduce_bytes = 0;
  double seconds_waiting = 0.0;
};

/// Every member function but the queries is collective: all ranks call it, in the same order.
/// With MPILOGIT_COMPARE_CALLS=1 in the environment of all ranks every call is preceded by a small
/// one that compares what the ranks are about to call, and throws an internal failure, the same on
/// all ranks, where they differ: for tests.
/// MPI's own failures abort the job (MPI_ERRORS_ARE_FATAL): no rank can go on without the others.
class Communicator {
 public:
  static Communicator world();

  int rank() const;
  int size() const;
  bool is_root() const { return rank() == 0; }

  /// The ranks that share this rank's memory (one host).
  Communicator on_this_host() const;
  /// The ranks that give the same number, in their order here.
  Communicator part(int number) const;

  void barrier() const;

  /// Element-wise over the ranks, in place. Sums of int64 are exact, maxima and minima too.
  void sum(std::span<std::int64_t> values) const;
  std::int64_t sum(std::int64_t value) const;
  /// The same, and in the last kRequestWords elements, which are the communicator's own, what the
  /// ranks were asked by signals: so all learn of it at once, and at no cost.
  void sum_with_requests(std::span<std::int64_t> values) const;
  static constexpr std::size_t kRequestWords = 2;
  void maximum(std::span<double> values) const;
  double maximum(double value) const;
  double minimum(double value) const;
  std::int64_t maximum(std::int64_t value) const;
  std::int64_t minimum(std::int64_t value) const;

  /// From `root` to all. Strings are resized.
  void broadcast(std::span<std::byte> bytes, int root = 0) const;
  void broadcast(std::string& text, int root = 0) const;
  template <class T>
  void broadcast(T& value, int root = 0) const {
    static_assert(std::is_trivially_copyable_v<T>);
    broadcast(std::as_writable_bytes(std::span<T>(&value, 1)), root);
  }

  /// Every rank's bytes on every rank, in the order of ranks. For small things.
  std::vector<std::string> all_gather(const std::string& mine) const;

  /// The values of all ranks, one after the other in the order of ranks.
  template <class T>
  std::vector<T> all_gather(std::span<const T> mine) const {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<std::int64_t> counts;
    std::vector<T> all(total_count(mine.size(), counts));
    gather_bytes(std::as_bytes(mine), counts, sizeof(T), std::as_writable_bytes(std::span<T>(all)));
    return all;
  }

  /// Record exchange: `outgoing[r]` goes to rank r; returns what the others sent here, in the
  /// order of ranks.
  template <class T>
  std::vector<T> exchange(const std::vector<std::vector<T>>& outgoing) const {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<std::span<const std::byte>> spans;
    spans.reserve(outgoing.size());
    for (const auto& part : outgoing) spans.push_back(std::as_bytes(std::span<const T>(part)));
    const std::vector<std::byte> bytes = exchange_bytes(spans, sizeof(T));
    std::vector<T> incoming(bytes.size() / sizeof(T));
    std::copy(bytes.begin(), bytes.end(), std::as_writable_bytes(std::span<T>(incoming)).begin());
    return incoming;
  }

  /// What all ranks together were asked, as of the last `sum_with_requests`: the same on all ranks.
  /// May be asked by any thread.
  Requests requests() const;
  /// From here on, the signals of this rank; null: none. They must live as long as they are heard.
  void listen_to(const Signals* signals) const;

  /// Of this object and its copies.
  Traffic traffic() const;

  /// To hold around a collective call of another library (parallel HDF5); those of this class hold
  /// it themselves.
  [[nodiscard]] Waiting waiting() const { return Waiting(activity()); }

  /// Before a collective call of another library, and where all ranks are to have the same number.
  /// Does nothing unless calls are compared.
  void meet(std::int64_t number = 0) const;

  /// What this rank is doing; lives as long as this object or a copy.
  Activity& activity() const;

  struct Implementation;
  const Implementation& implementation() const { return *implementation_; }

 private:
  explicit Communicator(std::shared_ptr<Implementation> implementation);

  std::size_t total_count(std::size_t mine, std::vector<std::int64_t>& counts) const;
  void gather_bytes(std::span<const std::byte> mine, const std::vector<std::int64_t>& counts,
                    std::size_t record, std::span<std::byte> all) const;
  std::vector<std::byte> exchange_bytes(const std::vector<std::span<const std::byte>>& outgoing,
                                        std::size_t record) const;

  std::shared_ptr<Implementation> implementation_;
};

}  // namespace mpilogit::comm
