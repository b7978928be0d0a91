#pragma once
// Errors and options are the same on all ranks, or nobody goes on.

#include <string>
#include <utility>

#include "comm/communicator.hpp"
#include "core/function_ref.hpp"

namespace mpilogit::comm {

/// Collective. Runs `work`, which must not communicate, on every rank. If it threw on any rank,
/// then every rank throws the same core::Error: that of the lowest rank that failed, with its rank
/// named when `size() > 1` and not all ranks failed alike. So a rank never waits for one that has
/// given up. Exceptions other than core::Error become internal failures, std::bad_alloc says so.
void together(const Communicator& communicator, core::FunctionRef<void()> work);

/// Collective. Runs `work` on the root only and broadcasts the string that it returns, or its
/// error.
std::string on_root(const Communicator& communicator, core::FunctionRef<std::string()> work);

/// Collective. Throws on every rank if `text` differs between ranks. `what` names it for the
/// message.
void require_same(const Communicator& communicator, const std::string& what,
                  const std::string& text);

}  // namespace mpilogit::comm
