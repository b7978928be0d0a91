#include "running/history.hpp"

namespace mpilogit::running {

void History::add(const solvers::Progress& progress, double seconds) {
  newest_ = {progress.iteration,     progress.objective,   progress.estimated_gap,
             progress.gradient_norm, progress.data_passes, seconds};
  if (seen_++ % stride_ != 0) return;
  kept_.push_back(newest_);
  if (kept_.size() <= kMost) return;
  stride_ *= 2;
  std::size_t left = 0;
  for (std::size_t i = 0; i < kept_.size(); i += 2) kept_[left++] = kept_[i];
  kept_.resize(left);
}

std::vector<HistoryEntry> History::entries() const {
  std::vector<HistoryEntry> entries = kept_;
  if (seen_ > 0 && (seen_ - 1) % stride_ != 0) entries.push_back(newest_);
  return entries;
}

void History::visit(core::Archive& archive) {
  const auto visit_entry = [&](HistoryEntry& entry) {
    archive(entry.iteration);
    archive(entry.objective);
    archive(entry.estimated_gap);
    archive(entry.gradient_norm);
    archive(entry.data_passes);
    archive(entry.seconds);
  };
  archive.each(kept_, visit_entry);
  visit_entry(newest_);
  archive(seen_);
  archive(stride_);
  core::Archive::require(!archive.reading() || stride_ > 0);
}

}  // namespace mpilogit::running
