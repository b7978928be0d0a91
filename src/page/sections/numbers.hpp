#pragma once
// Numbers as a page shows them.

#include <cstdint>
#include <string>

namespace mpilogit::page {

/// So many significant digits; "∞", "−∞", or "–" for a NaN. With a true minus sign.
std::string shown(double value, int digits = 4);

/// "1,234,567".
std::string shown(std::int64_t value);

/// "12.3 %" of a share.
std::string percent(double share);

/// From its natural logarithm: "0.0312", "3.1e-7", and "1e-3489" where no double goes.
std::string p_value(double log_p);

/// "0.21 s", "3 min 12 s".
std::string duration(double seconds);

/// In full, for machines: the shortest text that reads back as the same double; empty for a NaN.
std::string exact(double value);

}  // namespace mpilogit::page
