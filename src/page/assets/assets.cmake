# The page's HTML, CSS and JavaScript and gnuplot's style are files of their own; here they become one table of
# name and content.
file(GLOB assets CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.html ${CMAKE_CURRENT_LIST_DIR}/*.css
  ${CMAKE_CURRENT_LIST_DIR}/*.js ${CMAKE_CURRENT_LIST_DIR}/*.gp)
set(rows "")
foreach(file IN LISTS assets)
  file(READ ${file} content)
  get_filename_component(name ${file} NAME)
  string(APPEND rows "    {\"${name}\", R\"asset(${content})asset\"},\n")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
endforeach()
list(LENGTH assets count)
file(CONFIGURE OUTPUT page/assets.cpp CONTENT [[#include "page/sections/assets.hpp"

#include <array>
#include <string>
#include <utility>

#include "core/error.hpp"

namespace mpilogit::page {

std::string_view asset(std::string_view file) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, @count@> kAssets = {{
@rows@  }};
  for (const auto& [name, content] : kAssets) {
    if (name == file) return content;
  }
  throw core::internal_failure("no asset " + std::string(file));
}

}  // namespace mpilogit::page
]] @ONLY)
target_sources(mpilogit_page PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/page/assets.cpp)
