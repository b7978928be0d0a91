#include <catch2/catch.hpp>

#include "core/memory_limits.hpp"
#include "core/units.hpp"

namespace mpilogit::core {
namespace {

TEST_CASE("amounts of memory are read") {
  CHECK(parse_bytes("1000000") == 1'000'000);
  CHECK(parse_bytes("64K") == 65'536);
  CHECK(parse_bytes("1.5M") == 1'572'864);
  CHECK(parse_bytes("4G") == 4'294'967'296);
  CHECK(parse_bytes("2T") == 2'199'023'255'552);
  for (const auto* text : {"", "K", "0", "-1G", "4X", "4 G", "nan", "inf", "1e30", "4GB", "0.5"}) {
    CAPTURE(text);
    CHECK(!parse_bytes(text));
  }
}

TEST_CASE("amounts of memory are written") {
  CHECK(bytes_text(1) == "1 byte");
  CHECK(bytes_text(640) == "640 bytes");
  CHECK(bytes_text(65'536) == "64 KiB");
  CHECK(bytes_text(3 << 20) == "3 MiB");
  CHECK(bytes_text(4'831'838'208) == "4.5 GiB");
}

TEST_CASE("what Slurm says of memory") {
  CHECK(slurm_memory_limit("2048", nullptr, nullptr).bytes == std::int64_t{2048} << 20);
  CHECK(slurm_memory_limit(nullptr, "512", "4").bytes == std::int64_t{2048} << 20);
  for (const auto* none : {"0", "", "all", "-3", "99999999999999999999"}) {
    CHECK(slurm_memory_limit(none, none, "4").bytes ==
          slurm_memory_limit(nullptr, nullptr, nullptr).bytes);
  }
}

}  // namespace
}  // namespace mpilogit::core
