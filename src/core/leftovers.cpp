#include "core/leftovers.hpp"

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "mpilogit/core/host_name.hpp"

namespace mpilogit::core {

namespace {

constexpr std::string_view kMark = ".tmp-";
constexpr std::size_t kPlaceDigits = 8;
constexpr std::chrono::hours kForgotten(24);

// FNV-1a, of 32 bits.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char letter : text) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 16777619U;
  }
  return hash;
}

// On a shared file system other hosts write beside us, and in containers one host has several
// processes of the same number: a number alone says nothing.
std::string this_place() {
  std::error_code failure;  // without /proc the host's name must do
  const std::string space = std::filesystem::read_symlink("/proc/self/ns/pid", failure).string();
  return fmt::format("{:08x}", hash_of(host_name() + space));
}

// The process that a temporary file of ours belongs to; nothing if it is of another place.
std::optional<pid_t> process_here(std::string_view suffix) {
  if (suffix.substr(0, kPlaceDigits) != this_place()) return std::nullopt;
  const std::string_view digits = suffix.substr(kPlaceDigits + 1);
  pid_t process = 0;
  const auto end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, process).ptr != end) return std::nullopt;
  return process;
}

bool has_form(std::string_view suffix) {
  constexpr std::string_view kHexadecimal = "0123456789abcdef";
  constexpr std::string_view kDecimal = kHexadecimal.substr(0, 10);
  return suffix.size() > kPlaceDigits + 1 && suffix[kPlaceDigits] == '-' &&
         suffix.substr(0, kPlaceDigits).find_first_not_of(kHexadecimal) == suffix.npos &&
         suffix.substr(kPlaceDigits + 1).find_first_not_of(kDecimal) == suffix.npos;
}

// In containers nobody may collect the dead whose parent is gone: those stay, in state Z.
bool is_dead(pid_t process) {
  if (process <= 0) return false;
  if (::kill(process, 0) != 0 && errno == ESRCH) return true;
  std::ifstream status(fmt::format("/proc/{}/stat", process));
  std::string line;
  std::getline(status, line);  // "number (name) state …", and the name may have brackets
  const std::size_t end = line.rfind(") ");
  return end != line.npos && end + 2 < line.size() && line[end + 2] == 'Z';
}

bool is_forgotten(const std::filesystem::directory_entry& entry) {
  std::error_code failure;
  const auto written = entry.last_write_time(failure);
  return !failure && std::filesystem::file_time_type::clock::now() - written > kForgotten;
}

}  // namespace

std::string temporary_path_of(const std::string& path) {
  return path + std::string(kMark) + this_place() + "-" + std::to_string(::getpid());
}

void remove_leftovers(const std::string& path) {
  const std::filesystem::path target(path);
  const std::string name = target.filename().string() + std::string(kMark);
  const std::filesystem::path folder =
      target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
  std::error_code failure;
  std::filesystem::directory_iterator entry(folder, failure);
  for (; !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
    const std::string other = entry->path().filename().string();
    if (other.rfind(name, 0) != 0) continue;
    const std::string_view suffix = std::string_view(other).substr(name.size());
    std::error_code ignored;  // what cannot be looked at or removed stays
    if (!has_form(suffix) ||
        entry->symlink_status(ignored).type() != std::filesystem::file_type::regular) {
      continue;
    }
    const std::optional<pid_t> process = process_here(suffix);
    if ((process && is_dead(*process)) || is_forgotten(*entry)) {
      std::filesystem::remove(entry->path(), ignored);
    }
  }
}

}  // namespace mpilogit::core
