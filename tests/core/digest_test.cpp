#include "core/digest.hpp"

#include <string>

#include "support/catch.hpp"

namespace {

std::string sha256_of(const std::string& text) {
  return mpilogit::core::sha256(std::as_bytes(std::span<const char>(text)));
}

}  // namespace

// FIPS 180-4's own examples, and the digest of nothing.
TEST_CASE("SHA-256 of the standard's examples", "[core]") {
  CHECK(sha256_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_of(std::string(1000000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
