# What every test runs under. The three lines on root and slots let the tests run in containers and
# with more ranks than cores; the program itself never sets them (docs/launching.md).
set(MPILOGIT_TEST_ENVIRONMENT
  OMP_NUM_THREADS=1
  MPILOGIT_COMPARE_CALLS=1  # the communicator sees to it that all ranks make the same calls
  OMPI_ALLOW_RUN_AS_ROOT=1
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  OMPI_MCA_rmaps_base_oversubscribe=1
  PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
  # Tests run side by side: left to itself, Open MPI would bind all of them to the same first cores.
  OMPI_MCA_hwloc_base_binding_policy=none
  OMPI_MCA_mpi_yield_when_idle=1
  # Many containers forbid the system call that this mechanism stands on.
  OMPI_MCA_btl_vader_single_copy_mechanism=none
  "ASAN_OPTIONS=detect_leaks=0"  # Open MPI leaks at exit
  "UBSAN_OPTIONS=print_stacktrace=1")

set(MPILOGIT_TEST_RANKS 1 2 3 4 7 CACHE STRING "Rank counts of the MPI tests; in CI fewer of them")

# The properties that all tests share. HDF5 prints its error stack only when we forgot to catch it.
function(mpilogit_test_properties name timeout)
  if(MPILOGIT_SANITIZERS)
    math(EXPR timeout "${timeout} * 5")
  endif()
  set_tests_properties(${name} PROPERTIES
    TIMEOUT ${timeout}
    ENVIRONMENT "${MPILOGIT_TEST_ENVIRONMENT}"
    FAIL_REGULAR_EXPRESSION "HDF5-DIAG")
endfunction()

# How the tests' own code is compiled in the preset `fuzz`: without optimisation, and where a program has several
# sources, with the headers of libraries read once. The code under test is not touched by either.
function(mpilogit_compile_sooner target sources)
  if(NOT MPILOGIT_SANITIZERS MATCHES "fuzzer")
    return()
  endif()
  target_compile_options(${target} PRIVATE -O0)
  list(LENGTH sources count)
  if(count GREATER 3 AND NOT CMAKE_CXX_COMPILER_LAUNCHER)  # ccache keeps nothing of such a compilation
    target_precompile_headers(${target} PRIVATE <algorithm> <array> <cmath> <cstdint> <filesystem> <functional>
      <limits> <memory> <numeric> <optional> <random> <span> <string> <vector> <catch2/catch.hpp>)
  endif()
endfunction()

function(mpilogit_test_program target main)
  cmake_parse_arguments(ARG "" "" "SOURCES;ROOMS" ${ARGN})
  add_executable(${target} ${ARG_SOURCES})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PRIVATE mpilogit_settings ${main})
  foreach(room IN LISTS ARG_ROOMS)
    target_link_libraries(${target} PRIVATE mpilogit_${room})
  endforeach()
  mpilogit_compile_sooner(${target} "${ARG_SOURCES}")
endfunction()

# mpilogit_test(NAME name SOURCES ... ROOMS ... [TIMEOUT seconds])
#
# A Catch2 program without MPI: target test_<name>, test <name>.
function(mpilogit_test)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "SOURCES;ROOMS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  mpilogit_test_program(test_${ARG_NAME} mpilogit_serial_main
    SOURCES ${ARG_SOURCES} ROOMS ${ARG_ROOMS})
  add_test(NAME ${ARG_NAME} COMMAND test_${ARG_NAME})
  mpilogit_test_properties(${ARG_NAME} ${ARG_TIMEOUT})
  set_tests_properties(${ARG_NAME} PROPERTIES LABELS serial)
endfunction()

# mpilogit_mpi_test(NAME name SOURCES ... ROOMS ... [RANKS 1 2 3 4 7] [TIMEOUT seconds])
#
# A Catch2 program under MPI: target test_<name>_mpi, tests <name>.mpi.<ranks>.
function(mpilogit_mpi_test)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "SOURCES;ROOMS;RANKS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(NOT ARG_RANKS)
    set(ARG_RANKS ${MPILOGIT_TEST_RANKS})
  endif()
  set(target test_${ARG_NAME}_mpi)
  mpilogit_test_program(${target} mpilogit_mpi_main SOURCES ${ARG_SOURCES} ROOMS ${ARG_ROOMS})
  foreach(ranks IN LISTS ARG_RANKS)
    set(test ${ARG_NAME}.mpi.${ranks})
    add_test(NAME ${test}
      COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} $<TARGET_FILE:${target}>)
    mpilogit_test_properties(${test} ${ARG_TIMEOUT})
    # Ranks give way to others while they wait. A test of more processors than ctest runs tests at once
    # would run alone.
    set_tests_properties(${test} PROPERTIES LABELS mpi)
    if(ranks GREATER 1)
      set_tests_properties(${test} PROPERTIES PROCESSORS 2)
    endif()
  endforeach()
endfunction()

# mpilogit_pytest(NAME name SOURCE file.py [TIMEOUT seconds])
#
# A Python test of a script of the repository, at MPILOGIT_SOURCE.
function(mpilogit_pytest)
  cmake_parse_arguments(ARG "" "NAME;SOURCE;TIMEOUT" "" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_test(NAME ${ARG_NAME} COMMAND ${MPILOGIT_PYTHON} -m pytest -q -p no:cacheprovider
    ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_SOURCE})
  mpilogit_test_properties(${ARG_NAME} ${ARG_TIMEOUT})
  set_tests_properties(${ARG_NAME} PROPERTIES LABELS scripts)
  set_property(TEST ${ARG_NAME} APPEND PROPERTY ENVIRONMENT
    MPILOGIT_SOURCE=${PROJECT_SOURCE_DIR} PYTHONDONTWRITEBYTECODE=1)
endfunction()
