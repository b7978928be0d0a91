#include "core/detail/leftovers.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <string_view>
#include <sys/random.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "core/file_status.hpp"
#include "core/process.hpp"

namespace mpilogit::core {

namespace {

constexpr std::string_view kMark = ".tmp-";
constexpr std::size_t kPlaceDigits = 8;
constexpr std::size_t kRandomDigits = 16;
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
  const std::string_view rest = suffix.substr(kPlaceDigits + 1);
  const std::string_view digits = rest.substr(0, rest.find('-'));
  pid_t process = 0;
  const auto end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, process).ptr != end) return std::nullopt;
  return process;
}

// Names of older versions end behind the process.
bool has_form(std::string_view suffix) {
  constexpr std::string_view kHexadecimal = "0123456789abcdef";
  constexpr std::string_view kDecimal = kHexadecimal.substr(0, 10);
  if (suffix.size() <= kPlaceDigits + 1 || suffix[kPlaceDigits] != '-') return false;
  const std::string_view place = suffix.substr(0, kPlaceDigits);
  const std::string_view rest = suffix.substr(kPlaceDigits + 1);
  const std::size_t dash = std::min(rest.find('-'), rest.size());
  const std::string_view random = rest.substr(std::min(dash + 1, rest.size()));
  return dash > 0 && place.find_first_not_of(kHexadecimal) == place.npos &&
         rest.substr(0, dash).find_first_not_of(kDecimal) == rest.npos &&
         (dash == rest.size() || random.size() == kRandomDigits) &&
         random.find_first_not_of(kHexadecimal) == random.npos;
}

// Whoever knew the name could put a link there, and have us write where it leads.
std::string random_digits() {
  std::array<unsigned char, kRandomDigits / 2> bytes{};
  const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
  if (got != static_cast<ssize_t>(bytes.size())) {
    std::random_device device;  // a kernel without the call
    for (auto& byte : bytes) byte = static_cast<unsigned char>(device());
  }
  std::string digits;
  for (const unsigned char byte : bytes) digits += fmt::format("{:02x}", byte);
  return digits;
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

// A file, or a folder of ours; no link.
bool may_be_removed(const std::filesystem::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return false;
  return S_ISREG(status.st_mode) || (S_ISDIR(status.st_mode) && status.st_uid == ::geteuid());
}

bool is_forgotten(const std::filesystem::directory_entry& entry) {
  std::error_code failure;
  const auto written = entry.last_write_time(failure);
  return !failure && std::filesystem::file_time_type::clock::now() - written > kForgotten;
}

}  // namespace

std::string temporary_path_of(const std::string& path) {
  return fmt::format("{}{}{}-{}-{}", path, kMark, this_place(), ::getpid(), random_digits());
}

bool is_temporary_of(const std::string& name, const std::string& path) {
  const std::string beginning = path + std::string(kMark);
  return name.starts_with(beginning) && has_form(std::string_view(name).substr(beginning.size()));
}

void remove_leftovers(const std::string& path) {
  const std::filesystem::path target(path);
  const std::string name = target.filename().string();
  const std::size_t mark = name.size() + kMark.size();
  const std::filesystem::path folder =
      target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
  std::error_code failure;
  std::filesystem::directory_iterator entry(folder, failure);
  for (; !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
    const std::string other = entry->path().filename().string();
    if (!is_temporary_of(other, name) || !may_be_removed(entry->path())) continue;
    const std::optional<pid_t> process = process_here(std::string_view(other).substr(mark));
    if ((process && is_dead(*process)) || is_forgotten(*entry)) {
      std::error_code ignored;  // what cannot be removed stays
      std::filesystem::remove_all(entry->path(), ignored);
    }
  }
}

}  // namespace mpilogit::core
