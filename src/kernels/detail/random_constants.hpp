#pragma once
// Published numbers: of the Philox generator and of the normal distribution's quantiles.

#include <array>
#include <cstddef>
#include <cstdint>

namespace mpilogit::kernels {

inline constexpr int philox_rounds = 10;
inline constexpr std::uint32_t philox_multiplier_0 = 0xD2511F53;
inline constexpr std::uint32_t philox_multiplier_1 = 0xCD9E8D57;
inline constexpr std::uint32_t philox_step_0 = 0x9E3779B9;  // of the key: the golden ratio
inline constexpr std::uint32_t philox_step_1 = 0xBB67AE85;  // √3 − 1

/// Coefficients from the constant term up.
template <std::size_t Count>
struct Rational {
  std::array<double, Count> numerator;
  std::array<double, Count> denominator;
};

/// AS 241: Φ⁻¹(1/2 + q) / q in 0.425² − q², |q| ≤ 0.425.
inline constexpr Rational<8> quantile_centre = {
    {3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
     1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
     3.3430575583588128105e+4, 2.5090809287301226727e+3},
    {1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
     2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4,
     5.2264952788528545610e+3}};

/// AS 241: −Φ⁻¹(u) in √(−log u) − 1.6, for e^−25 ≤ u ≤ 0.075.
inline constexpr Rational<8> quantile_tail = {
    {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
     3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
     2.27238449892691845833e-2, 7.74545014278341407640e-4},
    {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
     1.05075007164441684324e-9}};

}  // namespace mpilogit::kernels
