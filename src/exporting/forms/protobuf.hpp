#pragma once
// Google's Protocol Buffers, as far as they are written here: numbers of variable length, and what
// has its length in front.

#include <cstdint>
#include <string>
#include <string_view>

namespace mpilogit::exporting {

/// A message, field after field. Fields are numbered as its .proto file has them.
class Message {
 public:
  /// int32, int64, enumerations.
  Message& add(int field, std::int64_t value);
  /// string, bytes.
  Message& add(int field, std::string_view bytes);
  /// A message within this one.
  Message& add(int field, const Message& message);

  const std::string& bytes() const { return bytes_; }

 private:
  void append(std::uint64_t number);

  std::string bytes_;
};

}  // namespace mpilogit::exporting
