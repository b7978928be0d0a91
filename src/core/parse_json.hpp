#pragma once
// JSON that comes from outside. Values of the JSON library are copied, compared and written by
// recursion: what is nested deeper than any stack must not become one.

#include <stdexcept>
#include <string_view>
#include <utility>

namespace mpilogit::core {

/// Deeper than any of ours by far.
inline constexpr int kDeepestJson = 100;

/// Whether arrays and objects lie in each other more than kDeepestJson times. Of what is no JSON,
/// too. Cost: a look at the text.
bool nested_too_deeply(std::string_view json);

/// `Json`: the library's type, as the caller includes it; `more`: what its `parse` takes besides.
/// Throws std::invalid_argument for what is nested too deeply.
template <class Json, class... More>
Json parse_json(std::string_view text, More&&... more) {
  if (nested_too_deeply(text)) throw std::invalid_argument("it is nested too deeply");
  return Json::parse(text, std::forward<More>(more)...);
}

}  // namespace mpilogit::core
