#include "solvers/state_keeper.hpp"

namespace mpilogit::solvers {

std::vector<std::byte> StateKeeper::state() const {
  core::Archive archive;
  for (const auto& visit : runs_) visit(archive);
  return archive.bytes();
}

StateFrame::StateFrame(StateKeeper* keeper, StateVisit visit) : keeper_(keeper) {
  if (keeper_ == nullptr) return;
  if (keeper_->resuming()) {
    visit(keeper_->resumed_);
    resumed_ = true;
  }
  keeper_->runs_.push_back(visit);
}

StateFrame::~StateFrame() {
  if (keeper_ != nullptr) keeper_->runs_.pop_back();
}

}  // namespace mpilogit::solvers
