#define CATCH_CONFIG_RUNNER
#include "support/catch_session.hpp"

#include <sstream>

#include "support/catch.hpp"

namespace {

std::function<void(const std::string&)> failure_handler;

std::string describe(const Catch::AssertionStats& stats) {
  const auto& result = stats.assertionResult;
  std::ostringstream text;
  text << result.getSourceInfo() << ": FAILED: " << result.getExpressionInMacro();
  if (result.hasExpandedExpression()) text << "\n  with: " << result.getExpandedExpression();
  if (result.hasMessage()) text << "\n  " << result.getMessage();
  for (const auto& info : stats.infoMessages) text << "\n  " << info.message;
  return text.str();
}

void report(const Catch::AssertionStats& stats) {
  if (failure_handler && !stats.assertionResult.isOk()) failure_handler(describe(stats));
}

#if __has_include(<catch2/catch_all.hpp>)
struct FailureListener : Catch::EventListenerBase {
  using EventListenerBase::EventListenerBase;
  void assertionEnded(const Catch::AssertionStats& stats) override { report(stats); }
};
#else
struct FailureListener : Catch::TestEventListenerBase {
  using TestEventListenerBase::TestEventListenerBase;
  bool assertionEnded(const Catch::AssertionStats& stats) override {
    report(stats);
    return true;
  }
};
#endif

CATCH_REGISTER_LISTENER(FailureListener)

}  // namespace

namespace mpilogit::testing {

int run_catch(int argc, char** argv, std::function<void(const std::string&)> on_failure) {
  failure_handler = std::move(on_failure);
  return Catch::Session().run(argc, argv);
}

}  // namespace mpilogit::testing
