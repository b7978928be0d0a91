#include "core/function_ref.hpp"

#include <memory>
#include <utility>

#include "support/catch.hpp"

using mpilogit::core::FunctionRef;

namespace {

int call(FunctionRef<int(int)> function, int value) {
  return function(value);
}

}  // namespace

TEST_CASE("a reference calls lambdas", "[core]") {
  const int offset = 10;
  CHECK(call([&](int value) { return value + offset; }, 5) == 15);
}

TEST_CASE("a reference calls the object itself, not a copy", "[core]") {
  int calls = 0;
  auto counter = [count = 0, &calls](int) mutable { return calls = ++count; };
  call(counter, 0);
  call(counter, 0);
  CHECK(calls == 2);
}

TEST_CASE("arguments that can only be moved pass through", "[core]") {
  auto unwrap = [](std::unique_ptr<int> value) { return *value; };
  const FunctionRef<int(std::unique_ptr<int>)> function = unwrap;
  CHECK(function(std::make_unique<int>(8)) == 8);
}
