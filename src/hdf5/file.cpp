#include "hdf5/file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include "comm/agreement.hpp"
#include "comm/native.hpp"
#include "core/atomic_file.hpp"
#include "core/error.hpp"
#include "core/function_ref.hpp"
#include "hdf5/references.hpp"

namespace mpilogit::hdf5 {

namespace {

// Once per process: the library's defaults print errors, load plugins from wherever the environment
// says, and follow external links to any file.
void settle_library() {
  static const bool settled = [] {
    H5open();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    H5PLset_loading_state(0);
    H5Lunregister(H5L_TYPE_EXTERNAL);
    return true;
  }();
  static_cast<void>(settled);
}

core::Error unusable(const std::string& path, const std::string& what, const std::string& remedy) {
  return core::bad_input({.what = what, .where = path, .why = {}, .remedy = remedy});
}

// Opens or creates over MPI-IO, all ranks together; nothing if it cannot.
Handle open_together(const comm::Communicator& communicator, core::FunctionRef<hid_t()> open) {
  communicator.meet();
  const comm::Waiting waiting = communicator.waiting();
  return Handle(open(), H5Fclose);
}

// Tells the reasons apart that HDF5 lumps together.
void require_readable(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    throw unusable(
        path, std::string("cannot be opened: ") + std::strerror(errno),
        errno == ENOENT ? "Check the path; it must be there on every host" : "Check the path");
  }
  if (S_ISDIR(status.st_mode)) throw unusable(path, "is a folder", "Name a file in it");
  // Opening a pipe would wait for whoever writes to it, and HDF5 goes back and forth in a file.
  if (!S_ISREG(status.st_mode)) {
    throw unusable(path, "is not a regular file", "Write what comes from it to a file first");
  }
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    throw unusable(path, std::string("cannot be opened: ") + std::strerror(errno),
                   "Check its permissions");
  }
  ::close(file);
}

core::Error open_failure(const std::string& path, const core::Error& reason) {
  const std::string message = reason.what();
  const auto tells = [&](const char* text) { return message.find(text) != std::string::npos; };
  if (tells("truncated file")) {
    return unusable(path, "the HDF5 file is truncated", "Copy or write it again");
  }
  if (tells("unable to lock") || tells("already open for")) {
    return unusable(path, "is being written by another program, or its locks do not work",
                    "Wait for the writer to end, or set HDF5_USE_FILE_LOCKING=FALSE");
  }
  return reason;
}

Handle access_list(const std::string& path) {
  Handle list = checked(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "opening", path);
  check(H5Pset_file_locking(list.get(), true, true), "setting up file locks", path);
  return list;
}

Handle access_list(const std::string& path, const comm::Communicator& communicator) {
  Handle list = checked(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "opening", path);
  check(H5Pset_fapl_mpio(list.get(), comm::native_handle(communicator), MPI_INFO_NULL),
        "setting up MPI-IO", path);
  return list;
}

// Of new files: metadata with checksums, which HDF5 1.8 and later read (decision 0022).
Handle creating_access_list(const std::string& path) {
  Handle list = access_list(path);
  check(H5Pset_libver_bounds(list.get(), H5F_LIBVER_V18, H5F_LIBVER_V18), "creating", path);
  return list;
}

void require_creatable(const std::string& path, const std::string& reported_as) {
  // A temporary file is there already, and is no link.
  const int flags = path == reported_as ? O_CREAT : O_NOFOLLOW;
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666);
  if (file < 0) {
    throw unusable(reported_as, std::string("cannot be created: ") + std::strerror(errno),
                   "Choose a path that can be written");
  }
  ::close(file);
}

}  // namespace

void start_library() {
  H5dont_atexit();
  settle_library();
}

void allow_plugins() {
  settle_library();
  check(H5PLset_loading_state(H5PL_FILTER_PLUGIN), "allowing plugins", "HDF5");
}

void keep_no_memory() {
  settle_library();
  check(H5set_free_list_limits(0, 0, 0, 0, 0, 0), "setting up memory", "HDF5");
}

File File::open(const std::string& path) {
  settle_library();
  require_readable(path);
  if (!found(H5Fis_hdf5(path.c_str()), "opening", path)) {
    throw unusable(path, "is not an HDF5 file",
                   "Text files are converted by 'mpilogit import csv' and 'import libsvm'");
  }
  const Handle access = access_list(path);
  try {
    Handle handle = checked(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose,
                            "opening as HDF5", path);
    return File(std::move(handle), path, std::nullopt);
  } catch (const core::Error& reason) {
    throw open_failure(path, reason);
  }
}

File File::open(const std::string& path, const comm::Communicator& communicator) {
  settle_library();
  // What can go wrong is found without MPI-IO first: a rank that fails inside of it leaves the
  // others waiting.
  comm::on_root(communicator, [&] {
    open(path);
    return std::string();
  });
  comm::together(communicator, [&] { require_readable(path); });
  const Handle access = access_list(path, communicator);
  Handle handle = open_together(
      communicator, [&] { return H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()); });
  comm::together(communicator, [&] { check(handle ? 0 : -1, "opening over MPI-IO", path); });
  return File(std::move(handle), path, communicator);
}

File File::create(const std::string& path) {
  return create(path, path);
}

File File::create(const core::AtomicFile& target) {
  return create(target.temporary_path(), target.path());
}

File File::create(const std::string& path, const std::string& reported_as) {
  settle_library();
  require_creatable(path, reported_as);
  const Handle access = creating_access_list(path);
  const Handle root = checked(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "creating", reported_as);
  check(H5Pset_obj_track_times(root.get(), false), "creating", reported_as);
  Handle handle = checked(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, root.get(), access.get()),
                          H5Fclose, "creating", reported_as);
  return File(std::move(handle), reported_as, std::nullopt);
}

File File::reopen(const core::AtomicFile& target) {
  settle_library();
  const Handle access = creating_access_list(target.path());
  Handle handle = checked(H5Fopen(target.temporary_path().c_str(), H5F_ACC_RDWR, access.get()),
                          H5Fclose, "opening", target.path());
  return File(std::move(handle), target.path(), std::nullopt);
}

// Open for writing or not, the ranks of a parallel file meet when it is closed.
File::~File() {
  if (!handle_ || !parallel()) return;
  const comm::Waiting waiting = communicator_->waiting();
  handle_.reset();
}

void File::close() {
  std::optional<comm::Waiting> waiting;
  if (parallel()) waiting.emplace(communicator_->activity());
  check(H5Fflush(handle_.get(), H5F_SCOPE_GLOBAL), "writing", path_);
  check(handle_.reset() ? 0 : -1, "closing", path_);
}

std::string File::where(const std::string& name) const {
  return path_ + ":/" + without_leading_slash(name);
}

}  // namespace mpilogit::hdf5
