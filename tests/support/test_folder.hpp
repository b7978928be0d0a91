#pragma once
// A place for the files of one test.

#include <filesystem>
#include <string>
#include <unistd.h>

#include "comm/agreement.hpp"
#include "hdf5/file.hpp"

namespace mpilogit::testing {

/// A folder that goes with the test, the same on every rank.
class Folder {
 public:
  explicit Folder(const comm::Communicator& world) : world_(world) {
    path_ = comm::on_root(world, [] {
      const std::string path = "mpilogit-test-" + std::to_string(::getpid());
      std::filesystem::create_directories(path);
      return path;
    });
  }
  ~Folder() {
    world_.barrier();
    if (world_.is_root()) std::filesystem::remove_all(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  comm::Communicator world_;
  std::string path_;
};

}  // namespace mpilogit::testing
