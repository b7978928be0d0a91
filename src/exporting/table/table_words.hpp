#pragma once
// The words of a table of coefficients, which one function writes and another reads.

namespace mpilogit::exporting {

inline constexpr const char* kClass = "class";
inline constexpr const char* kReference = "reference";
inline constexpr const char* kFeature = "feature";
inline constexpr const char* kCoefficient = "coefficient";
inline constexpr const char* kIntercept = "(intercept)";
inline constexpr const char* kOthers = "(all others)";  ///< as a reference: one-vs-rest

}  // namespace mpilogit::exporting
