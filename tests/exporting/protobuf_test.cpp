#include <catch2/catch.hpp>

#include "exporting/forms/onnx_graph.hpp"

using mpilogit::exporting::Message;

// The examples of Google's page on the encoding, and the longest number.
TEST_CASE("messages have the bytes of the published examples") {
  CHECK(Message().add(1, std::int64_t{150}).bytes() == "\x08\x96\x01");
  CHECK(Message().add(2, "testing").bytes() == "\x12\x07testing");
  CHECK(Message().add(3, Message().add(1, std::int64_t{150})).bytes() == "\x1A\x03\x08\x96\x01");
  CHECK(Message().add(1, std::int64_t{-2}).bytes() ==
        "\x08\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
  CHECK(Message().add(20, std::int64_t{0}).bytes() == std::string("\xA0\x01\x00", 3));
}
