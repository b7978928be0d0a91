#pragma once
// How watchdogs talk to each other: small UDP packets, past MPI, which only the main thread may
// use and which may be what hangs.

#include <array>
#include <cstdint>
#include <netinet/in.h>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace mpilogit::comm {

/// Random, the same on all ranks of a job and on none of another.
using Token = std::array<std::uint8_t, 16>;

Token random_token();

enum class Message : std::uint32_t {
  question = 1,  ///< where are you?
  answer = 2,    ///< here
  leave = 3,     ///< the job is given up
};

/// All that is ever sent. Both ends run the same program on the same kind of machine, as MPI asks
/// for: the bytes need no order of their own.
struct Packet {
  Token token{};
  Message message = Message::question;
  std::int32_t rank = 0;        ///< of the sender
  std::int64_t collective = 0;  ///< of an answer: as in Activity::Snapshot
  std::uint32_t waits = 0;
  std::array<char, 36> phase{};  ///< without an end if it fills the room
};
static_assert(std::is_trivially_copyable_v<Packet> && sizeof(Packet) == 72);

/// Where a rank can be reached; exchanged once, by MPI.
struct Contact {
  Token token{};
  std::array<char, 64> host{};
  std::array<char, 40> boot{};  ///< tells machines of one name apart
  std::array<in_addr_t, 8> addresses{};
  std::uint32_t address_count = 0;
  in_port_t port = 0;  ///< 0: not at all

  bool same_host(const Contact& other) const { return host == other.host && boot == other.boot; }
};
static_assert(std::is_trivially_copyable_v<Contact>);

/// An own UDP socket on any free port of all interfaces. IPv4, as Open MPI's own default.
class WatchSocket {
 public:
  WatchSocket();
  ~WatchSocket();
  WatchSocket(const WatchSocket&) = delete;
  WatchSocket& operator=(const WatchSocket&) = delete;

  /// −1 if there is none.
  int descriptor() const { return descriptor_; }

  /// Of this rank; the host's name even without a socket.
  Contact contact() const;

  /// To every address of `to` that may lead there: which does, nobody knows beforehand. Loses
  /// packets silently, as the network does.
  void send(const Packet& packet, const Contact& to, bool same_host) const;
  void send(const Packet& packet, const sockaddr_in& to) const;

  struct Received {
    Packet packet;
    sockaddr_in from;
  };
  /// The next packet that is here already, if any, with whatever is in it; nothing but zeros (and
  /// so no job's token) if its size is not ours.
  std::optional<Received> receive() const;

 private:
  int descriptor_ = -1;
};

}  // namespace mpilogit::comm
