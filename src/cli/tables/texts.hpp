#pragma once
// Numbers as people read them, and columns of text.

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

namespace mpilogit::cli {

/// e^logarithm, however large or small: "1.2e+456".
std::string power_text(double logarithm, int digits);

/// A probability from its logarithm: "0.0345", below 0.001 "1.2e-87", however small.
std::string p_value_text(double log_p);

/// How many decimals a column of coefficients shows.
class Decimals {
 public:
  /// So many that the smallest standard error shows three digits, as far as seven digits do for the
  /// largest coefficient.
  Decimals(std::span<const double> coefficients, std::span<const double> standard_errors);

  int of_coefficient() const { return count_; }
  /// A digit less where that leaves enough: a page is 80 columns wide.
  int of_interval() const { return std::max(std::min(3, count_), count_ - 1); }
  /// Likewise; but of a tiny coefficient as many as tell its odds ratio from 1.
  int of_ratio(double standard_error) const;
  /// Whether a row of such numbers would lose its digits or is too wide, and is better off with
  /// exponents.
  bool unfit_for(double coefficient, double standard_error) const;

 private:
  int count_ = 0;
};

/// With `decimals`, or with an exponent.
std::string number_text(double value, int decimals, bool exponent);

/// With `decimals`; with an exponent where that shows no digit or very many.
std::string ratio_text(double log_ratio, int decimals);

/// z and its like: two decimals, unless it is huge.
std::string z_text(double z);

/// Deviances and their like: two decimals, or four digits if there are more.
std::string deviance_text(double value);

/// Of a gap or the norm of a gradient: 1.23e-10, or "unknown" where it is no finite number.
std::string size_text(double value);

/// Code points, not bytes: names may be UTF-8.
std::size_t width_of(const std::string& text);

/// Padded with spaces on the right, or on the left, to `width`.
std::string left_aligned(const std::string& text, std::size_t width);
std::string right_aligned(const std::string& text, std::size_t width);

/// `text` in at most `width` code points, with "..." for its middle.
std::string shortened(const std::string& text, std::size_t width);

}  // namespace mpilogit::cli
