#include "comm/watch/watch_socket.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <ifaddrs.h>
#include <net/if.h>
#include <random>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace mpilogit::comm {

namespace {

// The sockets' interface takes every family's address by a pointer to their common head.
const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

sockaddr* generic(sockaddr_in& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

sockaddr_in internet_address(in_addr_t address, in_port_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_addr.s_addr = address;
  result.sin_port = port;
  return result;
}

// Of the interfaces that are up and lead out of this host.
void list_addresses(Contact& contact) {
  ifaddrs* interfaces = nullptr;
  if (::getifaddrs(&interfaces) != 0) return;
  for (const ifaddrs* entry = interfaces; entry != nullptr; entry = entry->ifa_next) {
    const bool usable = entry->ifa_addr != nullptr && entry->ifa_addr->sa_family == AF_INET &&
                        (entry->ifa_flags & IFF_UP) != 0 && (entry->ifa_flags & IFF_LOOPBACK) == 0;
    if (!usable || contact.address_count == contact.addresses.size()) continue;
    sockaddr_in address{};
    std::memcpy(&address, entry->ifa_addr, sizeof address);
    contact.addresses[contact.address_count++] = address.sin_addr.s_addr;
  }
  ::freeifaddrs(interfaces);
}

template <std::size_t size>
void copy_text(const std::string& text, std::array<char, size>& room) {
  std::copy_n(text.data(), std::min(text.size(), size - 1), room.begin());
}

std::string boot_of_this_host() {
  std::string text;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> text;
  return text;
}

}  // namespace

Token random_token() {
  std::random_device device;
  Token token;
  for (auto& byte : token) byte = static_cast<std::uint8_t>(device());
  return token;
}

WatchSocket::WatchSocket()
    : descriptor_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  if (descriptor_ < 0) return;
  // Thousands of ranks may answer at once. What the system does not grant is asked for again.
  const int room = 1 << 20;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  const sockaddr_in any = internet_address(htonl(INADDR_ANY), 0);
  if (::bind(descriptor_, generic(any), sizeof any) == 0) return;
  ::close(descriptor_);
  descriptor_ = -1;
}

WatchSocket::~WatchSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Contact WatchSocket::contact() const {
  Contact contact;
  ::gethostname(contact.host.data(), contact.host.size() - 1);
  copy_text(boot_of_this_host(), contact.boot);
  sockaddr_in bound{};
  socklen_t size = sizeof bound;
  if (descriptor_ < 0 || ::getsockname(descriptor_, generic(bound), &size) != 0) return contact;
  contact.port = bound.sin_port;
  list_addresses(contact);
  return contact;
}

void WatchSocket::send(const Packet& packet, const sockaddr_in& to) const {
  ::sendto(descriptor_, &packet, sizeof packet, MSG_DONTWAIT, generic(to), sizeof to);
}

void WatchSocket::send(const Packet& packet, const Contact& to, bool same_host) const {
  if (descriptor_ < 0 || to.port == 0) return;
  if (same_host) return send(packet, internet_address(htonl(INADDR_LOOPBACK), to.port));
  for (std::uint32_t i = 0; i < to.address_count; ++i) {
    send(packet, internet_address(to.addresses[i], to.port));
  }
}

std::optional<WatchSocket::Received> WatchSocket::receive() const {
  if (descriptor_ < 0) return std::nullopt;
  Received received{};
  socklen_t size = sizeof received.from;
  // MSG_TRUNC tells the true length of one that is too long.
  const ssize_t length = ::recvfrom(descriptor_, &received.packet, sizeof received.packet,
                                    MSG_DONTWAIT | MSG_TRUNC, generic(received.from), &size);
  if (length < 0) return std::nullopt;
  if (length != static_cast<ssize_t>(sizeof received.packet)) received.packet = {};
  return received;
}

}  // namespace mpilogit::comm
