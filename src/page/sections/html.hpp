#pragma once
// Text that is markup, kept apart from text that is not: what comes from files cannot become a tag.

#include <functional>
#include <limits>
#include <map>
#include <string>
#include <string_view>

namespace mpilogit::page {

/// Code points of a name that are shown: strangers' names may be of any length.
inline constexpr std::size_t kLongestName = 80;

class Html {
 public:
  Html() = default;

  /// Any bytes as text: markup is escaped, what is not UTF-8 and control characters become U+FFFD.
  /// After `longest` code points follows "…".
  static Html text(std::string_view bytes,
                   std::size_t longest = std::numeric_limits<std::size_t>::max());
  /// A name of a feature, class or file: as `text`, not too long.
  static Html name(std::string_view bytes) { return text(bytes, kLongestName); }
  /// Markup of our own.
  static Html markup(std::string markup);

  const std::string& str() const { return markup_; }
  bool empty() const { return markup_.empty(); }
  Html& operator+=(const Html& other) {
    markup_ += other.markup_;
    return *this;
  }
  friend Html operator+(Html left, const Html& right) { return left += right; }

 private:
  std::string markup_;
};

using Parts = std::map<std::string, Html, std::less<>>;

/// `asset` with every {{name}} replaced by the part of that name. Throws an internal failure unless
/// every place has its part and every part its place.
Html fill(std::string_view asset, const Parts& parts);

}  // namespace mpilogit::page
