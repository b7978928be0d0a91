# The page's HTML, CSS and JavaScript and gnuplot's style are files of their own; here they become
# string constants. A constant's name, then its file.
set(assets
  Page page.html  PageStyle page.css  PageProgram page.js  Style style.gp
  Figure figure.html  FigureWithoutPlot figure_without_plot.html
  Headline headline.html  Fit fit.html  Convergence convergence.html  Coefficients coefficients.html
  Path path.html  Evaluation evaluation.html  Classes classes.html  Confusion confusion.html  Plane plane.html)

set(text "#include \"page/sections/assets.hpp\"\n\nnamespace mpilogit::page {\n\n")
while(assets)
  list(POP_FRONT assets name file)
  file(READ ${CMAKE_CURRENT_LIST_DIR}/${file} content)
  string(APPEND text "const std::string_view k${name} = R\"asset(${content})asset\";\n\n")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/${file})
endwhile()
string(APPEND text "}  // namespace mpilogit::page\n")
file(CONFIGURE OUTPUT page/assets.cpp CONTENT "@text@" @ONLY)
target_sources(mpilogit_page PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/page/assets.cpp)
