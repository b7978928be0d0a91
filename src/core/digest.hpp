#pragma once
// SHA-256, for "are these the same bits?".

#include <cstddef>
#include <span>
#include <string>

namespace mpilogit::core {

/// SHA-256 of `bytes` as 64 hexadecimal digits (FIPS 180-4, by OpenSSL).
std::string sha256(std::span<const std::byte> bytes);

}  // namespace mpilogit::core
