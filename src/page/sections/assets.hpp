#pragma once
// The files of page/assets/, as CMake embeds them.

#include <string_view>

namespace mpilogit::page {

/// Of a name such as "page.html". Throws an internal failure if there is no such file.
std::string_view asset(std::string_view file);

}  // namespace mpilogit::page
