// The program's commands on 1 … n ranks, in one start of n: ranks part into two groups, of which
// each is a job of its own, and all commands are run by all sizes. Takes a file of commands, a line
// each, words separated by tabs, and a folder. In words @ stands for the folder FOLDER/SIZE; there
// goes what the run of line L says (said.L), and `codes`, a line for each run.

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include "cli/run.hpp"
#include "comm/communicator.hpp"
#include "comm/environment.hpp"
#include "comm/watchdog.hpp"
#include "core/process.hpp"
#include "hdf5/file.hpp"

using namespace mpilogit;

namespace {

std::vector<std::string> words_of(const std::string& line, const std::string& folder) {
  std::vector<std::string> words;
  std::istringstream stream(line);
  for (std::string word; std::getline(stream, word, '\t');) {
    for (std::size_t at = word.find('@'); at != std::string::npos;
         at = word.find('@', at + folder.size())) {
      word.replace(at, 1, folder);
    }
    words.push_back(word);
  }
  return words;
}

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

void speak_into(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  ::dup2(file, STDOUT_FILENO);
  ::dup2(file, STDERR_FILENO);
  ::close(file);
}

void run_all(const std::vector<std::string>& lines, const std::string& folder,
             const comm::Communicator& ranks) {
  if (ranks.is_root()) std::filesystem::create_directories(folder);
  ranks.barrier();
  std::ofstream codes;
  if (ranks.is_root()) codes.open(folder + "/codes");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    speak_into(folder + "/said." + std::to_string(i));
    comm::Watchdog watchdog;
    const int code = cli::run(words_of(lines[i], folder), ranks, watchdog);
    ranks.meet(code);
    if (ranks.is_root()) codes << i << ' ' << code << std::endl;
  }
}

}  // namespace

int main(int argc, char** argv) {
  core::let_writes_fail();
  core::keep_freed_memory();
  hdf5::start_library();
  const std::vector<std::string> given(argv + 1, argv + argc);
  if (cli::is_trial_run(given)) return cli::trial_run(given);
  ::setenv("MPILOGIT_COMPARE_CALLS", "1", 1);
  comm::Environment environment(argc, argv);
  const auto world = comm::Communicator::world();
  const std::vector<std::string> lines = lines_of(given.at(0));
  for (int rest = 0; 2 * rest < world.size(); ++rest) {
    const auto ranks = world.part(world.rank() < world.size() - rest ? 0 : 1);
    run_all(lines, given.at(1) + "/" + std::to_string(ranks.size()), ranks);
  }
  return environment.finish(0, world);
}
