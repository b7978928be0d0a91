# mpilogit_room(name [USES room ...] [LIBRARIES library ...])
#
# A room is a folder under src/: one static library of all sources in it and in the folders within. USES are the
# rooms below it that it may include, LIBRARIES are outside libraries. scripts/check-rooms holds the includes
# against this. File-local names are unique within a room, so that its sources can be joined
# (CMAKE_UNITY_BUILD, in the preset `fuzz`).
function(mpilogit_room name)
  cmake_parse_arguments(ARG "" "" "USES;LIBRARIES" ${ARGN})
  set(target mpilogit_${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  add_library(${target} STATIC ${sources})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PRIVATE mpilogit_settings)
  list(TRANSFORM ARG_USES PREPEND mpilogit_)
  target_link_libraries(${target} PUBLIC ${ARG_USES} ${ARG_LIBRARIES})
endfunction()
