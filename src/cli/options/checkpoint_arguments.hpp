#pragma once
// Options of checkpoints, and the options that a record keeps.

#include <optional>
#include <string>
#include <vector>

#include "cli/options/arguments.hpp"
#include "cli/tables/output.hpp"
#include "fitting/train.hpp"
#include "problem/checkpoint_options.hpp"
#include "running/provenance.hpp"

namespace mpilogit::cli {

/// Nothing without --checkpoint. Throws for what has no effect then, and for what cannot be.
std::optional<problem::CheckpointOptions> checkpoint_from(const Arguments& arguments);

/// An observer that also tells of checkpoints what a person wants to know.
template <class Observer>
class TellsOfCheckpoints : public Observer {
 public:
  explicit TellsOfCheckpoints(const Output& output) : output_(output) {}

  void resumed(const std::string& path, const std::string& remark) override {
    if (!remark.empty()) output_.warning(remark);
    output_.remark("going on from the checkpoint " + path);
  }
  void checkpoint_written(const problem::WrittenCheckpoint& /*checkpoint*/) override {
    last_failure_.clear();
  }
  // Once, and not for every one while the cause lasts.
  void checkpoint_failed(const std::string& why) override {
    std::string cause = why;  // the same with other amounts
    std::erase_if(cause, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    if (cause == last_failure_) return;
    last_failure_ = std::move(cause);
    output_.warning("no checkpoint could be written, training goes on: " + why);
  }

 protected:
  const Output& output() const { return output_; }

 private:
  const Output& output_;
  std::string last_failure_;
};

/// What decides the result; not where it goes and how it is shown.
running::Origin origin_of(const Arguments& arguments);

/// The tokens of a recorded command line, its name first, over these files. Only options that
/// decide the result: a model that somebody made up must not make this program write files or load
/// plugins. `shared`: the options of reading, from the command under way.
std::vector<std::string> recorded_tokens(const running::Origin& origin,
                                         const std::vector<std::string>& files,
                                         const Arguments& shared);

/// As `train` takes them.
fitting::TrainOptions train_options(const Arguments& arguments, int automatic_threads);

}  // namespace mpilogit::cli
