#pragma once
// Numbers in the formulas for exp and log, the same on every instruction set.

#include <array>

namespace mpilogit::kernels {

/// ln 2 = ln2_high + ln2_low; the high part has 11 zero bits at its end, so that its product with
/// an exponent is exact.
inline constexpr double ln2_high = 0x1.62e42fefa3800p-1;
inline constexpr double ln2_low = 0x1.ef35793c76730p-45;

/// (e^r − 1 − r) / r² as a polynomial in r: interpolated at the Chebyshev nodes of |r| ≤ 0.3466,
/// just above ln 2 / 2, in exact arithmetic, each coefficient then rounded. It leaves an error of
/// 2^-55.7 of e^r.
inline constexpr std::array<double, 10> exp_coefficients = {
    0x1.0000000000001p-1,  0x1.5555555555556p-3,  0x1.5555555553d64p-5,  0x1.11111111109b4p-7,
    0x1.6c16c1788b646p-10, 0x1.a01a01a7c3d59p-13, 0x1.a019b90eefe8ep-16, 0x1.71de0daf7a6ccp-19,
    0x1.2891834686c7ep-22, 0x1.af38a71a18cb9p-26};

/// (2 atanh(s) − 2 s) / s³ as a polynomial in s², likewise for s² ≤ 0.04: an error of 2^-60.2 of
/// 2 atanh(s).
inline constexpr std::array<double, 8> atanh_coefficients = {
    0x1.5555555555555p-1, 0x1.9999999999f17p-2, 0x1.24924923de6e1p-2, 0x1.c71c72df58fbfp-3,
    0x1.745cac43836bap-3, 0x1.3b29d050874f1p-3, 0x1.0e8c54d4618dbp-3, 0x1.169c3f871dcbbp-3};

}  // namespace mpilogit::kernels
