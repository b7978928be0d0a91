#include "core/atomic_file.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "core/error.hpp"
#include "core/file_status.hpp"
#include "core/private_folder.hpp"
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

TEST_CASE(
    "nobody can guess the name of a temporary file, nor have a link in its place written through",
    "[core]") {
  const Folder folder;
  const AtomicFile one(folder.file("f"));
  AtomicFile other(folder.file("f"));
  CHECK(one.temporary_path() != other.temporary_path());
  write(folder.file("victim"), "mine");
  std::filesystem::remove(other.temporary_path());
  std::filesystem::create_symlink(folder.file("victim"), other.temporary_path());
  const std::string text = "ours";
  CHECK_THROWS_AS(other.write({std::as_bytes(std::span(text))}), Error);
  CHECK_THROWS_AS(other.commit(), Error);
  CHECK(read(folder.file("victim")) == "mine");
}

TEST_CASE("a file hands on its permissions, and a new one has the usual", "[core]") {
  using std::filesystem::perms;
  const Folder folder;
  const mode_t before = ::umask(022);
  const auto replaced = [&](perms permissions) {
    std::filesystem::permissions(folder.file("f"), permissions);
    AtomicFile target(folder.file("f"));
    // While it is written it is the writer's.
    CHECK(std::filesystem::status(target.temporary_path()).permissions() ==
          (perms::owner_read | perms::owner_write));
    target.commit();
    return std::filesystem::status(folder.file("f")).permissions();
  };
  AtomicFile(folder.file("f")).commit();
  CHECK(std::filesystem::status(folder.file("f")).permissions() == perms(0644));
  for (const perms permissions : {perms(0600), perms(0664), perms(0666), perms(0700)}) {
    CHECK(replaced(permissions) == permissions);
  }
  const AtomicFile secret(folder.file("secret"), mpilogit::core::Readers::owner_alone);
  CHECK(std::filesystem::status(secret.temporary_path()).permissions() == perms(0600));
  ::umask(before);
}

TEST_CASE("a file that is read-only is not replaced", "[core]") {
  const Folder folder;
  write(folder.file("f"), "done");
  std::filesystem::permissions(folder.file("f"), std::filesystem::perms(0444));
  CHECK_THROWS_WITH(require_writable(folder.file("f")), contains("read-only"));
  CHECK(read(folder.file("f")) == "done");
}

TEST_CASE("what a link leads to is written, be it there or not", "[core]") {
  const Folder folder;
  std::filesystem::create_directory(folder.file("far"));
  std::filesystem::create_symlink("far/f", folder.file("link"));
  std::filesystem::create_symlink(folder.file("link"), folder.file("second"));
  for (const char* text : {"first", "second"}) {
    AtomicFile target(folder.file("second"));
    CHECK(std::filesystem::path(target.temporary_path()).parent_path().filename() == "far");
    write(target.temporary_path(), text);
    target.commit();
    CHECK(read(folder.file("far/f")) == text);
  }
  CHECK(std::filesystem::is_symlink(folder.file("link")));
  CHECK(std::filesystem::is_symlink(folder.file("second")));
  std::filesystem::create_symlink("loop", folder.file("loop"));
  CHECK_THROWS_WITH(require_writable(folder.file("loop")), contains("Too many levels"));
}

TEST_CASE("what does not fit on the disk is not begun", "[core]") {
  const Folder folder;
  CHECK_THROWS_WITH(mpilogit::core::require_space(folder.file("f"), std::int64_t{1} << 62),
                    contains("does not fit") && contains("No space left on device"));
}

TEST_CASE("a private folder is gone with what is in it", "[core]") {
  const Folder folder;
  {
    const mpilogit::core::PrivateFolder inner(folder.file("f"));
    CHECK(std::filesystem::status(inner.path()).permissions() == std::filesystem::perms::owner_all);
    write(inner.path() + "/rows", "secret");
    CHECK(folder.entries() == 1);
  }
  CHECK(folder.entries() == 0);
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
