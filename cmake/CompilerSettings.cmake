# One interface target carries every flag; each layer links to it.
add_library(mpilogit_settings INTERFACE)

target_compile_options(mpilogit_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wnull-dereference -Werror
  # The same bits everywhere: a product and a sum are two roundings on every CPU and compiler.
  -ffp-contract=off -fno-fast-math)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports false positives inside inlined code of the standard library and fmt (its bug 105651
  # for -Wrestrict; optional and regex for -Wmaybe-uninitialized).
  target_compile_options(mpilogit_settings INTERFACE
    -Wno-null-dereference -Wno-restrict -Wno-maybe-uninitialized)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(mpilogit_settings INTERFACE -O3)
endif()

if(MPILOGIT_SANITIZERS)
  target_compile_options(mpilogit_settings INTERFACE
    -fsanitize=${MPILOGIT_SANITIZERS} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(mpilogit_settings INTERFACE -fsanitize=${MPILOGIT_SANITIZERS})
endif()

if(MPILOGIT_COVERAGE)
  target_compile_options(mpilogit_settings INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(mpilogit_settings INTERFACE --coverage)
endif()
