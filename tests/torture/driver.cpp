// Many commands of the program in one process: `driver COMMANDS PROGRESS FOLDER`, under mpirun or
// without. COMMANDS has a line for each: a name, then the arguments, between tabs. PROGRESS gets a
// line when a command begins and one when it ends, with its exit code and seconds, so that whoever
// started this knows which command crashed or hangs. What is printed goes to FOLDER/name.log.

#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

#include "cli/run.hpp"
#include "comm/communicator.hpp"
#include "comm/environment.hpp"
#include "comm/watchdog.hpp"
#include "core/process.hpp"
#include "core/units.hpp"
#include "hdf5/file.hpp"

namespace {

using Line = std::vector<std::string>;

Line split_at_tabs(const std::string& text) {
  Line fields(1);
  for (const char letter : text) {
    if (letter == '\t') {
      fields.emplace_back();
    } else {
      fields.back() += letter;
    }
  }
  return fields;
}

std::vector<Line> read_commands(const std::string& path) {
  std::vector<Line> commands;
  std::ifstream file(path);
  for (std::string text; std::getline(file, text);) commands.push_back(split_at_tabs(text));
  return commands;
}

// Standard output and standard error, of this process from now on.
void print_to(const std::string& path) {
  std::fflush(stdout);
  std::fflush(stderr);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return;
  ::dup2(file, STDOUT_FILENO);
  ::dup2(file, STDERR_FILENO);
  ::close(file);
}

int run_one(const Line& command, const mpilogit::comm::Communicator& world) {
  mpilogit::comm::Watchdog watchdog;
  return mpilogit::cli::run(std::span(command).subspan(1), world, watchdog);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  mpilogit::core::open_standard_streams();
  mpilogit::core::let_writes_fail();
  mpilogit::core::keep_freed_memory();
  mpilogit::hdf5::start_library();
  mpilogit::comm::Environment environment(argc, argv);
  const auto world = mpilogit::comm::Communicator::world();
  const std::string folder = argv[3];
  std::ofstream progress;
  if (world.is_root()) progress.open(argv[2], std::ios::app);
  for (const Line& command : read_commands(argv[1])) {
    const std::string& name = command.front();
    if (world.is_root()) {
      progress << "begin\t" << name << std::endl;
      print_to(folder + "/" + name + ".log");
    }
    const mpilogit::core::Stopwatch watch;
    const int code = run_one(command, world);
    progress << "end\t" << name << '\t' << code << '\t' << watch.seconds() << std::endl;
  }
  return environment.finish(0, world);
}
