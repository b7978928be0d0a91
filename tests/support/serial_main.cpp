#include "support/catch_session.hpp"

int main(int argc, char** argv) {
  return mpilogit::testing::run_catch(argc, argv);
}
