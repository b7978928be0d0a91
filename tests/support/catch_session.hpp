#pragma once
// Catch2 behind a function: its implementation is slow to compile, so only one file sees it.

#include <functional>
#include <string>

namespace mpilogit::testing {

/// Runs the tests that `argv` selects, and calls `on_failure` with a description at every failed
/// assertion, as soon as it fails. Returns the exit code, 0 if all passed.
int run_catch(int argc, char** argv, std::function<void(const std::string&)> on_failure = {});

}  // namespace mpilogit::testing
