#pragma once
// The columns of a table of estimates: what R, broom and statsmodels print beside a coefficient.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace mpilogit::exchange {

/// Whether a column of this name holds coefficients, or what is said about them (standard errors, z
/// and p values, limits, odds ratios), and so is hardly a class.
bool is_estimate(const std::string& name);
bool is_statistic(const std::string& name);

/// The only column of estimates among `names` if all others are statistics, and there is one of
/// those; else nothing.
std::optional<std::size_t> estimate_column(const std::vector<std::string>& names);

}  // namespace mpilogit::exchange
