#include "comm/communicator.hpp"

#include <array>
#include <atomic>
#include <numeric>

#include <mpi.h>

#include "comm/detail/call_comparison.hpp"
#include "comm/native.hpp"
#include "core/checked_cast.hpp"

namespace mpilogit::comm {

namespace {

// A committed type of `bytes` contiguous bytes, freed at the end of its scope.
class RecordType {
 public:
  explicit RecordType(std::size_t bytes) {
    MPI_Type_contiguous(core::checked_cast<int>(bytes), MPI_BYTE, &type_);
    MPI_Type_commit(&type_);
  }
  ~RecordType() { MPI_Type_free(&type_); }
  RecordType(const RecordType&) = delete;
  RecordType& operator=(const RecordType&) = delete;

  MPI_Datatype get() const { return type_; }

 private:
  MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

std::vector<int> to_ints(const std::vector<std::int64_t>& counts) {
  std::vector<int> ints;
  ints.reserve(counts.size());
  for (const auto count : counts) ints.push_back(core::checked_cast<int>(count));
  return ints;
}

std::vector<int> displacements(const std::vector<std::int64_t>& counts) {
  std::vector<std::int64_t> starts(counts.size());
  std::exclusive_scan(counts.begin(), counts.end(), starts.begin(), std::int64_t{0});
  return to_ints(starts);
}

}  // namespace

struct Communicator::Implementation {
  MPI_Comm handle = MPI_COMM_NULL;
  bool owned = false;
  bool compares = false;
  std::shared_ptr<Activity> activity;
  Traffic traffic;
  const Signals* signals = nullptr;
  std::atomic<std::int64_t> checkpoints_asked{0};
  std::atomic<std::int64_t> stops_asked{0};

  Implementation(MPI_Comm comm, bool owns, std::shared_ptr<Activity> doing)
      : handle(comm), owned(owns), compares(calls_are_compared()), activity(std::move(doing)) {}
  ~Implementation() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (owned && finalized == 0) MPI_Comm_free(&handle);
  }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  // What a caller holds a Waiting for, before it calls.
  void compare(Call call, std::size_t length) const {
    if (compares) require_same_call(handle, call, static_cast<std::int64_t>(length));
  }

  // In place; cost: 8 bytes per element over the wire.
  template <class T>
  void allreduce(std::span<T> values, MPI_Datatype type, MPI_Op operation, Call call) {
    for_each_piece(values, kLargestPiece, [&](std::span<T> piece) {
      const Waiting waiting(*activity);
      compare(call, piece.size());
      MPI_Allreduce(MPI_IN_PLACE, piece.data(), static_cast<int>(piece.size()), type, operation,
                    handle);
      ++traffic.allreduce_count;
    });
    traffic.allreduce_bytes += static_cast<std::int64_t>(values.size_bytes());
  }
};

Communicator::Communicator(std::shared_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}

Communicator Communicator::world() {
  return Communicator(
      std::make_shared<Implementation>(MPI_COMM_WORLD, false, std::make_shared<Activity>()));
}

int Communicator::rank() const {
  int rank = 0;
  MPI_Comm_rank(implementation_->handle, &rank);
  return rank;
}

int Communicator::size() const {
  int size = 0;
  MPI_Comm_size(implementation_->handle, &size);
  return size;
}

Communicator Communicator::on_this_host() const {
  MPI_Comm host = MPI_COMM_NULL;
  const Waiting waiting(activity());
  implementation_->compare(Call::split, 0);
  MPI_Comm_split_type(implementation_->handle, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host);
  return Communicator(std::make_shared<Implementation>(host, true, implementation_->activity));
}

Communicator Communicator::part(int number) const {
  MPI_Comm part = MPI_COMM_NULL;
  const Waiting waiting(activity());
  implementation_->compare(Call::split, 1);
  MPI_Comm_split(implementation_->handle, number, 0, &part);
  return Communicator(std::make_shared<Implementation>(part, true, implementation_->activity));
}

void Communicator::barrier() const {
  const Waiting waiting(activity());
  implementation_->compare(Call::barrier, 0);
  MPI_Barrier(implementation_->handle);
}

void Communicator::sum(std::span<std::int64_t> values) const {
  implementation_->allreduce(values, MPI_INT64_T, MPI_SUM, Call::sum);
}

std::int64_t Communicator::sum(std::int64_t value) const {
  sum(std::span<std::int64_t>(&value, 1));
  return value;
}

void Communicator::sum_with_requests(std::span<std::int64_t> values) const {
  const Requests mine =
      implementation_->signals ? implementation_->signals->received() : Requests{};
  const auto words = values.last(kRequestWords);
  words[0] = mine.checkpoints;
  words[1] = mine.stops;
  sum(values);
  implementation_->checkpoints_asked = words[0];
  implementation_->stops_asked = words[1];
}

Requests Communicator::requests() const {
  return {implementation_->checkpoints_asked, implementation_->stops_asked};
}

void Communicator::listen_to(const Signals* signals) const {
  implementation_->signals = signals;
}

void Communicator::maximum(std::span<double> values) const {
  implementation_->allreduce(values, MPI_DOUBLE, MPI_MAX, Call::largest_double);
}

double Communicator::maximum(double value) const {
  maximum(std::span<double>(&value, 1));
  return value;
}

double Communicator::minimum(double value) const {
  return -maximum(-value);
}

std::int64_t Communicator::maximum(std::int64_t value) const {
  implementation_->allreduce(std::span<std::int64_t>(&value, 1), MPI_INT64_T, MPI_MAX,
                             Call::largest_integer);
  return value;
}

std::int64_t Communicator::minimum(std::int64_t value) const {
  implementation_->allreduce(std::span<std::int64_t>(&value, 1), MPI_INT64_T, MPI_MIN,
                             Call::smallest_integer);
  return value;
}

void Communicator::broadcast(std::span<std::byte> bytes, int root) const {
  for_each_piece(bytes, kLargestPiece, [&](std::span<std::byte> piece) {
    const Waiting waiting(activity());
    implementation_->compare(Call::broadcast, piece.size());
    MPI_Bcast(piece.data(), static_cast<int>(piece.size()), MPI_BYTE, root,
              implementation_->handle);
  });
}

void Communicator::broadcast(std::string& text, int root) const {
  std::uint64_t length = text.size();
  broadcast(length, root);
  text.resize(length);
  broadcast(std::as_writable_bytes(std::span<char>(text)), root);
}

std::size_t Communicator::total_count(std::size_t mine, std::vector<std::int64_t>& counts) const {
  counts.assign(static_cast<std::size_t>(size()), 0);
  const auto count = static_cast<std::int64_t>(mine);
  const Waiting waiting(activity());
  implementation_->compare(Call::all_gather_counts, 1);
  MPI_Allgather(&count, 1, MPI_INT64_T, counts.data(), 1, MPI_INT64_T, implementation_->handle);
  return static_cast<std::size_t>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
}

void Communicator::gather_bytes(std::span<const std::byte> mine,
                                const std::vector<std::int64_t>& counts, std::size_t record,
                                std::span<std::byte> all) const {
  const RecordType type(record);
  const std::vector<int> sizes = to_ints(counts);
  const std::vector<int> starts = displacements(counts);
  const Waiting waiting(activity());
  implementation_->compare(Call::all_gather, all.size());
  MPI_Allgatherv(mine.data(), core::checked_cast<int>(mine.size() / record), type.get(), all.data(),
                 sizes.data(), starts.data(), type.get(), implementation_->handle);
}

std::vector<std::string> Communicator::all_gather(const std::string& mine) const {
  std::vector<std::int64_t> counts;
  std::string all(total_count(mine.size(), counts), '\0');
  gather_bytes(std::as_bytes(std::span<const char>(mine)), counts, 1,
               std::as_writable_bytes(std::span<char>(all)));
  std::vector<std::string> parts;
  std::size_t first = 0;
  for (const auto count : counts) {
    parts.push_back(all.substr(first, static_cast<std::size_t>(count)));
    first += static_cast<std::size_t>(count);
  }
  return parts;
}

std::vector<std::byte> Communicator::exchange_bytes(
    const std::vector<std::span<const std::byte>>& outgoing, std::size_t record) const {
  std::vector<std::int64_t> send_counts;
  std::vector<std::byte> send;
  for (const auto& part : outgoing) {
    send_counts.push_back(static_cast<std::int64_t>(part.size() / record));
    send.insert(send.end(), part.begin(), part.end());
  }
  std::vector<std::int64_t> receive_counts(send_counts.size());
  {
    const Waiting waiting(activity());
    implementation_->compare(Call::exchange_counts, send_counts.size());
    MPI_Alltoall(send_counts.data(), 1, MPI_INT64_T, receive_counts.data(), 1, MPI_INT64_T,
                 implementation_->handle);
  }
  const auto records =
      std::accumulate(receive_counts.begin(), receive_counts.end(), std::int64_t{0});
  std::vector<std::byte> receive(static_cast<std::size_t>(records) * record);
  const RecordType type(record);
  const Waiting waiting(activity());
  implementation_->compare(Call::exchange, record);
  MPI_Alltoallv(send.data(), to_ints(send_counts).data(), displacements(send_counts).data(),
                type.get(), receive.data(), to_ints(receive_counts).data(),
                displacements(receive_counts).data(), type.get(), implementation_->handle);
  return receive;
}

void Communicator::meet(std::int64_t number) const {
  if (!implementation_->compares) return;
  const Waiting waiting(activity());
  implementation_->compare(Call::meeting, static_cast<std::size_t>(number));
}

Traffic Communicator::traffic() const {
  Traffic traffic = implementation_->traffic;
  traffic.seconds_waiting = implementation_->activity->seconds_waiting();
  return traffic;
}

Activity& Communicator::activity() const {
  return *implementation_->activity;
}

MPI_Comm native_handle(const Communicator& communicator) {
  return communicator.implementation().handle;
}

}  // namespace mpilogit::comm
