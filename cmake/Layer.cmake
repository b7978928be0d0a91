# mpilogit_layer(NAME name SOURCES ... [LAYERS ...] [LIBRARIES ...])
#
# One static library per layer. LAYERS are the layers that it may include (public), LIBRARIES are
# outside libraries. The link lines are the graph that docs/architecture.md draws, and
# scripts/check-layers reads both the link lines and the includes. File-local names are unique within a
# layer, so that its sources can be joined (CMAKE_UNITY_BUILD, in the preset `fuzz`).
function(mpilogit_layer)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;LAYERS;LIBRARIES" ${ARGN})
  set(target mpilogit_${ARG_NAME})
  add_library(${target} STATIC ${ARG_SOURCES})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/include
                                       PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PRIVATE mpilogit_settings)
  foreach(layer IN LISTS ARG_LAYERS)
    target_link_libraries(${target} PUBLIC mpilogit_${layer})
  endforeach()
  target_link_libraries(${target} PUBLIC ${ARG_LIBRARIES})
endfunction()
