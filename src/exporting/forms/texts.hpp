#pragma once
// Numbers and names as texts of other languages.

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace mpilogit::exporting {

/// The shortest text that reads back as the same double; always with a point or an exponent, so
/// that no language takes it for an integer.
std::string number_text(double value);

/// `text` with U+FFFD for what is not UTF-8.
std::string utf8(std::string_view text);

/// With quotes, as JSON has it, which Python reads as the same text.
std::string json_text(std::string_view text);

/// With quotes, as C and C++ have it: ASCII alone, no trigraphs.
std::string c_text(std::string_view text);

/// `text` with U+FFFD for what XML cannot hold: what its reader gets.
std::string in_xml(std::string_view text);

/// The same for an attribute or an element's text, with what must be escaped.
std::string xml_text(std::string_view text);

/// Letters, digits and underscores, not beginning with a digit: other bytes become '_'.
std::string identifier(std::string_view text);

/// `text` with what stands for each @key@.
std::string filled(std::string_view text,
                   std::span<const std::pair<std::string, std::string>> values);

/// Names that must differ from each other.
class UniqueNames {
 public:
  /// `wanted`, or if it is taken with "_2", "_3", …; never empty. However many want the same name,
  /// each gets its own in time O(log).
  std::string claim(const std::string& wanted);

 private:
  std::set<std::string> taken_;
  std::map<std::string, int> last_number_;  // of each name that was wanted
};

}  // namespace mpilogit::exporting
