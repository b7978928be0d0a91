#include "mpilogit/core/atomic_file.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <unistd.h>
#include <utility>

#include "mpilogit/core/error.hpp"

#include "support/catch.hpp"

using mpilogit::core::AtomicFile;
using mpilogit::core::Error;
using mpilogit::core::ExitCode;
using mpilogit::core::require_writable;
using mpilogit::testing::contains;

namespace {

// An empty folder for one test, gone at its end.
class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("mpilogit-atomic-file-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directory(path_);
  }
  ~Folder() {
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
    std::filesystem::remove_all(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::ptrdiff_t entries() const {
    return std::distance(std::filesystem::directory_iterator(path_), {});
  }

 private:
  std::filesystem::path path_;
};

void write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

std::string read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a committed file takes its place and leaves nothing beside it", "[core]") {
  const Folder folder;
  AtomicFile file(folder.file("model.h5"));
  write(file.temporary_path(), "new");
  CHECK_FALSE(std::filesystem::exists(folder.file("model.h5")));
  file.commit();
  CHECK(read(folder.file("model.h5")) == "new");
  CHECK(folder.entries() == 1);
}

TEST_CASE("an old file stays until the new one is committed", "[core]") {
  const Folder folder;
  write(folder.file("model.h5"), "old");
  {
    const AtomicFile abandoned(folder.file("model.h5"));
    write(abandoned.temporary_path(), "half of the n");
    CHECK(read(folder.file("model.h5")) == "old");
  }
  CHECK(read(folder.file("model.h5")) == "old");
  CHECK(folder.entries() == 1);

  AtomicFile file(folder.file("model.h5"));
  write(file.temporary_path(), "new");
  file.commit();
  CHECK(read(folder.file("model.h5")) == "new");
}

TEST_CASE("the temporary file is in the folder of the file", "[core]") {
  const Folder folder;
  const AtomicFile file(folder.file("model.h5"));
  CHECK(std::filesystem::path(file.temporary_path()).parent_path() == folder.path());
  CHECK(std::filesystem::exists(file.temporary_path()));
}

TEST_CASE("a path without a folder means the current one", "[core]") {
  const Folder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  AtomicFile file("model.h5");
  write(file.temporary_path(), "new");
  CHECK_NOTHROW(file.commit());
  std::filesystem::current_path(before);
  CHECK(read(folder.file("model.h5")) == "new");
}

TEST_CASE("a commit that fails leaves the old file and no other", "[core]") {
  const Folder folder;
  write(folder.file("model.h5"), "old");
  {
    AtomicFile file(folder.file("model.h5"));
    std::filesystem::remove(file.temporary_path());
    CHECK_THROWS_AS(file.commit(), Error);
  }
  CHECK(read(folder.file("model.h5")) == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("what cannot be written is refused with the path and the reason", "[core]") {
  const Folder folder;
  write(folder.file("file"), "");
  const auto [path, reason] = GENERATE_REF(table<std::string, std::string>({
      {folder.file("missing/model.h5"), "No such file or directory"},
      {folder.path().string(), "Is a directory"},
      {folder.file("file/model.h5"), "Not a directory"},
      {folder.file(std::string(300, 'm')), "File name too long"},
      {"/dev/null", "not a regular file"},
  }));
  CHECK_THROWS_WITH(require_writable(path), contains(path + ": ") && contains(reason));
  CHECK_THROWS_AS(AtomicFile(path), Error);
  CHECK(folder.entries() == 1);
}

TEST_CASE("a folder without permission is refused", "[core]") {
  if (::geteuid() == 0) return;  // root may write everywhere
  const Folder folder;
  std::filesystem::permissions(
      folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  CHECK_THROWS_WITH(require_writable(folder.file("model.h5")), contains("Permission denied"));
}

TEST_CASE("asking whether a file can be written leaves no trace", "[core]") {
  const Folder folder;
  require_writable(folder.file("model.h5"));
  CHECK(folder.entries() == 0);
  write(folder.file("model.h5"), "old");
  require_writable(folder.file("model.h5"));
  CHECK(read(folder.file("model.h5")) == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("parts are written one after the other", "[core]") {
  const Folder folder;
  AtomicFile target(folder.file("f"));
  const std::string parts[] = {"one ", "", "two"};
  target.write({std::as_bytes(std::span(parts[0])), std::as_bytes(std::span(parts[1])),
                std::as_bytes(std::span(parts[2]))});
  target.commit();
  CHECK(read(folder.file("f")) == "one two");
}

TEST_CASE("what is replaced is kept if asked for", "[core]") {
  const Folder folder;
  for (const char* text : {"first", "second", "third"}) {
    AtomicFile target(folder.file("f"));
    write(target.temporary_path(), text);
    target.commit_keeping(folder.file("before"));
  }
  CHECK(read(folder.file("f")) == "third");
  CHECK(read(folder.file("before")) == "second");
  CHECK(folder.entries() == 2);
}
