#pragma once
// The words of tables of estimates: what R, broom and statsmodels call their columns and rows.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace mpilogit::exporting {

/// Whether a column of this name holds coefficients, or what is said about them (standard errors, z
/// and p values, limits, odds ratios), and so is hardly a class.
bool is_estimate(const std::string& name);
bool is_statistic(const std::string& name);

/// Whether a row of this name is the intercept's: what R, scikit-learn's users, statsmodels and
/// Stata call it. glmnet leaves the first row of some tables without a name.
bool is_intercept(const std::string& name, bool first);

/// The only column of estimates among `names` if all others are statistics, and there is one of
/// those; else nothing.
std::optional<std::size_t> estimate_column(const std::vector<std::string>& names);

}  // namespace mpilogit::exporting
