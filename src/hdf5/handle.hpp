#pragma once
// RAII for HDF5's identifiers, and its error stack as one message.

#include <string>
#include <utility>

#include <hdf5.h>

namespace mpilogit::hdf5 {

/// Owns one identifier; closes it with the function that its kind needs. Move-only.
class Handle {
 public:
  using Closer = herr_t (*)(hid_t);

  Handle() = default;
  Handle(hid_t id, Closer close) : id_(id), close_(close) {}
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept
      : id_(std::exchange(other.id_, -1)), close_(std::exchange(other.close_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }
  /// Closes now; returns false if the library reports a failure (a failed flush, for a file).
  bool reset() {
    const bool closed = id_ < 0 || close_(id_) >= 0;
    id_ = -1;
    return closed;
  }

 private:
  hid_t id_ = -1;
  Closer close_ = nullptr;
};

/// Wraps `id`; throws core::Error (bad input) with `action`, `where` and the reason if it is
/// negative: the system's where a system call failed, else the innermost message of HDF5's error
/// stack. Automatic printing of the stack is off for good.
Handle checked(hid_t id, Handle::Closer close, const std::string& action, const std::string& where);

/// HDF5's answer to "is it there?", where a failure means no. But throws likewise if a system call
/// failed: what a disk would not give is not missing.
bool found(htri_t answer, const std::string& action, const std::string& where);

/// Throws likewise if `status` is negative.
void check(herr_t status, const std::string& action, const std::string& where);

}  // namespace mpilogit::hdf5
