# Everything here is a Debian 12 package; scripts/setup installs them. Why each: docs/decisions/.
find_package(Threads REQUIRED)
find_package(MPI REQUIRED COMPONENTS CXX)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(Boost REQUIRED COMPONENTS program_options)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)

# Debian keeps a serial and an MPI build of HDF5 side by side: only the MPI build will do.
set(HDF5_PREFER_PARALLEL ON)
find_package(HDF5 REQUIRED COMPONENTS C)
if(NOT HDF5_IS_PARALLEL)
  message(FATAL_ERROR "HDF5 was found without MPI support. "
    "Install the parallel build (Debian: libhdf5-openmpi-dev).")
endif()
add_library(mpilogit_hdf5_library INTERFACE)
target_include_directories(mpilogit_hdf5_library SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
target_link_libraries(mpilogit_hdf5_library INTERFACE ${HDF5_C_LIBRARIES} MPI::MPI_CXX)

# The C interface of MPI only: the deprecated C++ bindings bring warnings and nothing else.
add_library(mpilogit_mpi_library INTERFACE)
target_compile_definitions(mpilogit_mpi_library INTERFACE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)
target_link_libraries(mpilogit_mpi_library INTERFACE MPI::MPI_CXX)

# Vector instructions, chosen at run time. SSSE3 and the Ice Lake set are left out: nothing that we
# use is in them, and each set compiles every loop once more.
find_library(HIGHWAY_LIBRARY hwy REQUIRED)
find_path(HIGHWAY_INCLUDE_DIR hwy/highway.h REQUIRED)
add_library(mpilogit_highway INTERFACE)
target_include_directories(mpilogit_highway SYSTEM INTERFACE ${HIGHWAY_INCLUDE_DIR})
target_link_libraries(mpilogit_highway INTERFACE ${HIGHWAY_LIBRARY})
target_compile_definitions(mpilogit_highway INTERFACE
  "HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_AVX3_DL)" HWY_SHARED_DEFINE)

# Tables of text: compressed ones, and numbers that are rounded correctly.
find_package(ZLIB REQUIRED)
find_library(ZSTD_LIBRARY zstd REQUIRED)
find_path(ZSTD_INCLUDE_DIR zstd.h REQUIRED)
add_library(mpilogit_zstd INTERFACE)
target_include_directories(mpilogit_zstd SYSTEM INTERFACE ${ZSTD_INCLUDE_DIR})
target_link_libraries(mpilogit_zstd INTERFACE ${ZSTD_LIBRARY})
find_path(FAST_FLOAT_INCLUDE_DIR fast_float/fast_float.h REQUIRED)
add_library(mpilogit_fast_float INTERFACE)
target_include_directories(mpilogit_fast_float SYSTEM INTERFACE ${FAST_FLOAT_INCLUDE_DIR})

# NumPy's archives. Not by find_package: Debian's file for it wants a program of another package.
find_library(ZIP_LIBRARY zip REQUIRED)
find_path(ZIP_INCLUDE_DIR zip.h REQUIRED)
add_library(mpilogit_zip INTERFACE)
target_include_directories(mpilogit_zip SYSTEM INTERFACE ${ZIP_INCLUDE_DIR})
target_link_libraries(mpilogit_zip INTERFACE ${ZIP_LIBRARY})
