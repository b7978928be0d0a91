#include "exporting/forms/protobuf.hpp"

namespace mpilogit::exporting {

namespace {

// What a field's number is followed by.
constexpr int kVariableLength = 0;
constexpr int kLengthInFront = 2;

std::uint64_t tag(int field, int kind) {
  return static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(kind);
}

}  // namespace

// Seven bits a byte, the lowest first; the eighth says that there are more.
void Message::append(std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes_ += static_cast<char>((number & 0x7F) | 0x80);
  bytes_ += static_cast<char>(number);
}

Message& Message::add(int field, std::int64_t value) {
  append(tag(field, kVariableLength));
  append(static_cast<std::uint64_t>(value));
  return *this;
}

Message& Message::add(int field, std::string_view bytes) {
  append(tag(field, kLengthInFront));
  append(bytes.size());
  bytes_ += bytes;
  return *this;
}

Message& Message::add(int field, const Message& message) {
  return add(field, std::string_view(message.bytes()));
}

}  // namespace mpilogit::exporting
