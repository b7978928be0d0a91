#pragma once
// A run's state on the disk. Layout: docs/formats.md.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "problem/checkpoint_options.hpp"

namespace mpilogit::running {

/// Where the checkpoint before the last one is kept: beside the last one, wherever links lead to
/// that.
std::string previous_checkpoint(const std::string& path);

/// Whether the beginning of a file is that of a checkpoint, of whatever version.
bool is_checkpoint(std::string_view beginning);

using Identity = std::vector<std::pair<std::string, std::string>>;

struct Checkpoint {
  Identity identity;                          ///< what must be the same for a run to go on from it
  std::vector<std::byte> state;               ///< of the main run
  std::vector<std::vector<std::byte>> lanes;  ///< of problems that are solved side by side
};

/// One process. The file is there whole or not at all, and the one before it is kept at
/// `previous_checkpoint`. Returns its size in bytes. Throws bad input that names the cause.
std::size_t write_checkpoint(const std::string& path, const Checkpoint& checkpoint);

struct FoundCheckpoint {
  Checkpoint checkpoint;
  std::string path;    ///< where it was
  std::string remark;  ///< why it is not the newest; empty if it is
};

/// The checkpoint at `path`; if it is damaged or missing, the one before it; nothing if there is
/// neither. What is something else counts as nothing, and is not read further than its first line.
/// One process. Throws bad input if both are damaged, and if one is of another format.
std::optional<FoundCheckpoint> find_checkpoint(const std::string& path);

/// Throws bad input if there is a file at `path` or at `previous_checkpoint` that is no checkpoint:
/// nobody wants it replaced. Reads its first line.
void require_checkpoints_or_nothing(const std::string& path);

/// If there is one. One process.
void remove_file(const std::string& path);

/// "--l2 was 0.1 and is 0.2": the first difference, in words; empty if there is none.
std::string difference(const Identity& before, const Identity& now);

}  // namespace mpilogit::running
