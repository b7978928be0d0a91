#ifndef MPILOGIT_VERSION_H
#define MPILOGIT_VERSION_H

/* The version of mpilogit. CMake reads it from here. */
#define MPILOGIT_VERSION "0.1.0"

#endif
