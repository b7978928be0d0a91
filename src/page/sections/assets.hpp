#pragma once
// The files of assets/, as CMake embeds them: the constant of name_of_file.html is kNameOfFile.

#include <string_view>

namespace mpilogit::page {

extern const std::string_view kPage;
extern const std::string_view kPageStyle;
extern const std::string_view kPageProgram;
extern const std::string_view kStyle;  ///< gnuplot's

extern const std::string_view kFigure;
extern const std::string_view kFigureWithoutPlot;

extern const std::string_view kHeadline;
extern const std::string_view kFit;
extern const std::string_view kConvergence;
extern const std::string_view kCoefficients;
extern const std::string_view kPath;
extern const std::string_view kEvaluation;
extern const std::string_view kClasses;
extern const std::string_view kConfusion;
extern const std::string_view kPlane;

}  // namespace mpilogit::page
