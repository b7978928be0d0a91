// Text cut anywhere, on any number of ranks: the same rows.

#include "formats/text_files.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <zlib.h>
#include <zstd.h>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "formats/row_reader.hpp"
#include "support/catch.hpp"

namespace formats = mpilogit::formats;
namespace comm = mpilogit::comm;

namespace {

const std::string kText =
    "\xEF\xBB\xBF"
    "\"na\nme\",b\n1,\"two\nlines, \"\"quoted\"\"\"\r\n\n\"\n\",x\n,\"\"\n3,\"a\n\n\n\"\n5,6";
const std::string kRows =
    "1|two\nlines, \"quoted\"\x1F\n|x\x1F|\x1F"
    "3|a\n\n\n\x1F"
    "5|6\x1F";

const formats::Progress kSilent = [](const char*, std::int64_t, std::int64_t) {};

/// A file that the ranks share, made by the root.
class SharedFile {
 public:
  explicit SharedFile(const std::string& bytes) {
    path_ = comm::on_root(communicator_, [&] {
      char name[] = "/tmp/mpilogit-text-XXXXXX";
      const int file = mkstemp(name);
      std::ofstream(name, std::ios::binary) << bytes;
      close(file);
      return std::string(name);
    });
  }
  ~SharedFile() {
    communicator_.barrier();
    if (communicator_.is_root()) std::filesystem::remove(path_);
  }
  const std::string& path() const { return path_; }

 private:
  comm::Communicator communicator_ = comm::Communicator::world();
  std::string path_;
};

std::string gzipped(const std::string& text) {
  std::string packed(compressBound(text.size()) + 64, '\0');
  z_stream state{};
  deflateInit2(&state, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  state.avail_in = static_cast<uInt>(text.size());
  state.next_out = reinterpret_cast<Bytef*>(packed.data());
  state.avail_out = static_cast<uInt>(packed.size());
  deflate(&state, Z_FINISH);
  packed.resize(state.total_out);
  deflateEnd(&state);
  return packed;
}

std::string zstandard(const std::string& text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  return packed;
}

// The fields of all ranks' rows, in the order of ranks.
std::string all_rows(const std::vector<std::string>& paths, std::int64_t piece_bytes,
                     bool header = true) {
  const comm::Communicator communicator = comm::Communicator::world();
  const formats::TextFiles files({.paths = paths, .header = header, .piece_bytes = piece_bytes},
                                 communicator, kSilent);
  std::string mine;
  formats::for_each_row(files, communicator, "", kSilent, [&](const formats::Row& row) {
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
      mine += (i == 0 ? "" : "|") + std::string(row.fields[i]);
    }
    mine += '\x1F';
  });
  std::string all;
  for (const auto& part : communicator.all_gather(mine)) all += part;
  return all;
}

}  // namespace

TEST_CASE("pieces cut at every byte give the same rows") {
  const SharedFile file(kText);
  for (std::int64_t size = 1; size <= std::ssize(kText) + 1; ++size) {
    INFO(size);
    REQUIRE(all_rows({file.path()}, size) == kRows);
  }
}

TEST_CASE("without a header, rows begin behind the byte order mark") {
  const std::string text = "\xEF\xBB\xBF\n1,2\n\n3,4\n";
  const SharedFile file(text);
  for (std::int64_t size = 1; size <= std::ssize(text); ++size) {
    REQUIRE(all_rows({file.path()}, size, false) == "1|2\x1F\x33|4\x1F");
  }
}

TEST_CASE("compressed text is the same, in one part or several") {
  const std::string front = kText.substr(0, 20);
  const std::string back = kText.substr(20);
  for (const auto& bytes : {gzipped(kText), gzipped(front) + gzipped(back), zstandard(kText),
                            zstandard(front) + zstandard(back)}) {
    const SharedFile file(bytes);
    for (const std::int64_t size : {1, 7, 1000}) REQUIRE(all_rows({file.path()}, size) == kRows);
  }
}

TEST_CASE("several files are one table") {
  const SharedFile plain(kText);
  const SharedFile packed(gzipped(kText));
  for (const std::int64_t size : {3, 1000}) {
    REQUIRE(all_rows({plain.path(), packed.path(), plain.path()}, size) == kRows + kRows + kRows);
  }
}

TEST_CASE("damaged and cut-off compressed text is refused, naming the byte") {
  std::string text = "a,b\n";
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919 % 10'007) + ",x\n";
  const auto pack = GENERATE(&gzipped, &zstandard);
  std::string packed = pack(text);
  SECTION("cut off") {
    packed.resize(packed.size() - 9);
    const SharedFile file(packed);
    REQUIRE_THROWS_WITH(all_rows({file.path()}, 1000),
                        Catch::Contains(file.path()) && Catch::Contains("ends in the middle"));
  }
  SECTION("changed") {
    packed[packed.size() / 2] = static_cast<char>(packed[packed.size() / 2] ^ 0x55);
    packed[packed.size() / 2 + 1] = static_cast<char>(packed[packed.size() / 2 + 1] ^ 0x55);
    const SharedFile file(packed);
    REQUIRE_THROWS_WITH(all_rows({file.path()}, 1000), Catch::Contains("damaged at byte"));
  }
}

TEST_CASE("an error names the line, and the first one, on any number of ranks") {
  std::string text = "a,b\n";
  for (int i = 0; i < 500; ++i) text += "\"" + std::to_string(i) + "\n\",x\n";
  const std::string sound = text;
  text += "1,2,3\n";
  for (int i = 0; i < 500; ++i) text += "1,2\n";
  text += "1\n";
  const SharedFile file(text);
  for (const std::int64_t size : {16, 333, 100'000}) {
    REQUIRE_THROWS_WITH(all_rows({file.path()}, size),
                        Catch::Contains(file.path() + ", line 1002: "));
  }
}

TEST_CASE("what is appended while a file is read does not count, and what is cut off is missed") {
  const comm::Communicator communicator = comm::Communicator::world();
  const bool shorter = GENERATE(false, true);
  const SharedFile file("a\n1\n2\n3\n");
  const formats::TextFiles files({.paths = {file.path()}, .piece_bytes = 2}, communicator, kSilent);
  communicator.barrier();
  if (communicator.is_root()) {
    shorter ? std::filesystem::resize_file(file.path(), 5)
            : void(std::ofstream(file.path(), std::ios::app) << "4\n");
  }
  communicator.barrier();
  std::int64_t rows = 0;
  const auto read = [&] {
    formats::for_each_row(files, communicator, "", kSilent, [&](const formats::Row&) { ++rows; });
  };
  if (shorter) {
    REQUIRE_THROWS_WITH(read(), Catch::Contains(file.path() + ": became shorter"));
  } else {
    read();
    CHECK(communicator.sum(rows) == 3);
  }
}
