#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/text_file.hpp"
#include "support/catch.hpp"

using mpilogit::core::Error;
using mpilogit::core::LineFile;

namespace {

// A path where nothing is, before and after.
class FreePath {
 public:
  FreePath()
      : path_(std::filesystem::temp_directory_path() /
              ("mpilogit-line-file-" + std::to_string(::getpid()))) {
    std::filesystem::remove(path_);
  }
  ~FreePath() { std::filesystem::remove(path_); }
  FreePath(const FreePath&) = delete;
  FreePath& operator=(const FreePath&) = delete;

  std::string name() const { return path_.string(); }
  std::string contents() const {
    std::ifstream stream(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("lines can be read as soon as they are appended, and stay") {
  const FreePath path;
  {
    LineFile file(path.name());
    CHECK(file.append("one").empty());
    CHECK(path.contents() == "one\n");
    CHECK(file.append("two").empty());
    CHECK(path.contents() == "one\ntwo\n");
  }
  LineFile again(path.name());
  CHECK(again.append("three").empty());
  CHECK(path.contents() == "one\ntwo\nthree\n");
}

TEST_CASE("a line that was left unfinished stays alone") {
  const FreePath path;
  std::ofstream(path.name()) << "one\nhal";
  LineFile file(path.name());
  CHECK(file.append("two").empty());
  CHECK(file.append("three").empty());
  CHECK(path.contents() == "one\nhal\ntwo\nthree\n");
}

TEST_CASE("a full disk is told, again and again, and nothing is thrown") {
  LineFile file("/dev/full");
  CHECK_FALSE(file.append("one").empty());
  CHECK_FALSE(file.append("two").empty());
}

TEST_CASE("what cannot be opened, or could hold up the work, is refused") {
  CHECK_THROWS_AS(LineFile("/no/such/folder/file"), Error);
  CHECK_THROWS_AS(LineFile("/tmp"), Error);
  const FreePath path;
  REQUIRE(::mkfifo(path.name().c_str(), 0600) == 0);
  CHECK_THROWS_AS(LineFile(path.name()), Error);
}
