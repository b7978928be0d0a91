# MPILOGIT_PYTHON: a Python that has what the oracles stand on. The first python3 on the PATH is often
# another one than the distribution's, without these packages, hence the check of each candidate.
set(MPILOGIT_PYTHON_MODULES "h5py, numpy, onnx, pandas, pytest, scipy, sklearn, statsmodels")

function(mpilogit_check_python result python)
  execute_process(COMMAND ${python} -c "import ${MPILOGIT_PYTHON_MODULES}"
    RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
  if(status EQUAL 0)
    set(${result} TRUE PARENT_SCOPE)
  else()
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

if(MPILOGIT_PYTHON)
  mpilogit_check_python(usable ${MPILOGIT_PYTHON})
else()
  find_program(distribution_python python3 PATHS /usr/bin NO_DEFAULT_PATH NO_CACHE)
  find_program(path_python python3 NO_CACHE)
  set(usable FALSE)
  foreach(python IN LISTS distribution_python path_python)
    if(python AND NOT usable)
      mpilogit_check_python(usable ${python})
      if(usable)
        set(MPILOGIT_PYTHON ${python} CACHE FILEPATH "Python of the tests' oracles")
      endif()
    endif()
  endforeach()
endif()
if(NOT usable)
  message(FATAL_ERROR "The tests need a python3 that can import ${MPILOGIT_PYTHON_MODULES}. "
    "Run scripts/setup --tests, or pass -DMPILOGIT_PYTHON=/path/to/python3, "
    "or build without tests: -DMPILOGIT_BUILD_TESTS=OFF.")
endif()
