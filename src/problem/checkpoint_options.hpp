#pragma once
// Checkpoints: what is asked for, and who is told.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mpilogit::problem {

struct CheckpointOptions {
  std::string path;
  /// How often: seconds, or else iterations.
  double every_seconds = 60.0;
  std::optional<std::int64_t> every_iterations;
  /// Begin anew although there is a checkpoint; else the run goes on from it.
  bool restart = false;
  /// Files that are no checkpoints may be replaced by checkpoints.
  bool overwrite = false;
  /// Names and values of all that decides the result but the data: they must be those of the
  /// checkpoint.
  std::vector<std::pair<std::string, std::string>> identity;
};

struct WrittenCheckpoint {
  std::string path;
  std::int64_t bytes = 0;
  std::string cause;     ///< "interval", "request", "stop"
  double seconds = 0.0;  ///< that writing it took
};

/// Called on the root.
class CheckpointObserver {
 public:
  virtual ~CheckpointObserver() = default;
  /// The run goes on from `path`; `remark`: what was wrong with a newer one, or empty.
  virtual void resumed(const std::string& path, const std::string& remark) = 0;
  virtual void checkpoint_written(const WrittenCheckpoint& checkpoint) = 0;
  /// Training goes on; the checkpoint before it is still there.
  virtual void checkpoint_failed(const std::string& why) = 0;
};

}  // namespace mpilogit::problem
