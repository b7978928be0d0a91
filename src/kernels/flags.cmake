# How some kernels are compiled.

# Highway includes each of these files once more for every instruction set.
set_target_properties(mpilogit_kernels PROPERTIES UNITY_BUILD OFF)

# Nobody reads the floating-point exception flags. Without this promise GCC leaves the loops with
# selections in scalar form. It changes no result.
set_source_files_properties(kernels/column_statistics.cpp kernels/softmax.cpp
  PROPERTIES COMPILE_OPTIONS -fno-trapping-math)

# Rows under way at once are numbers of their own: put together in vectors, they wait for each other.
set_source_files_properties(kernels/sparse/vector_passes.cpp
  PROPERTIES COMPILE_OPTIONS -fno-tree-slp-vectorize)
