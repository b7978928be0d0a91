#include "comm/companions.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace mpilogit::comm {

namespace {

// A whole number; of what is none nothing is concluded.
std::optional<std::int64_t> count_in(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  const std::string_view digits(text);
  std::int64_t value = 0;
  const auto [last, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || last != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// Of the ranks that this launcher has started: each sets it for its own ranks alone, the innermost
// first. Slurm sets SLURM_NTASKS in batch scripts, too, but the size of a step in steps only.
constexpr std::array kSizes = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE",
                               "JSM_NAMESPACE_SIZE", "SLURM_STEP_NUM_TASKS"};
// The number of this process, where that of all is not told.
constexpr std::array kNumbers = {"PMIX_RANK", "SLURM_PROCID"};

// The first task of `srun --pty` has the terminal: what is called in that shell is one process.
bool is_in_terminal_of_step() {
  return std::getenv("SLURM_PTY_PORT") != nullptr && count_in("SLURM_PROCID") == 0;
}

}  // namespace

std::optional<std::string> sign_of_companions() {
  const auto said = [](const char* name) { return std::string(name) + "=" + std::getenv(name); };
  for (const char* name : kSizes) {
    const auto size = count_in(name);
    if (!size) continue;
    if (*size > 1) return is_in_terminal_of_step() ? std::nullopt : std::optional(said(name));
    return std::nullopt;
  }
  for (const char* name : kNumbers) {
    if (count_in(name).value_or(0) > 0) return said(name);
  }
  return std::nullopt;
}

void require_companions(const Communicator& world, const std::optional<std::string>& sign) {
  if (world.size() > 1 || !sign) return;
  throw core::agreed_bad_input(
      {.what = "several ranks were started (" + *sign + "), but this one knows of no other",
       .why = "each would do all of the work, and write the same files",
       .remedy = "Start them with `srun --mpi=pmix` (`srun --mpi=list` shows whether there is "
                 "that) or with Open MPI's mpirun. Runs that are meant to be apart start by "
                 "`srun -n1` or `mpirun -n 1` each"});
}

}  // namespace mpilogit::comm
