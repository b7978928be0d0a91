#include "cli/tables/terminal.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace mpilogit::cli {

std::optional<std::size_t> terminal_width() {
  if (isatty(STDOUT_FILENO) != 1) return std::nullopt;
  if (const char* text = std::getenv("COLUMNS"); text != nullptr) {
    const std::string_view view(text);
    std::size_t columns = 0;
    const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), columns);
    if (error == std::errc() && end == view.data() + view.size() && columns > 0) return columns;
  }
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

}  // namespace mpilogit::cli
