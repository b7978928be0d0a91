#include "page/plots/plotter.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "core/child_process.hpp"
#include "core/error.hpp"
#include "page/plots/gnuplot_drawing.hpp"
#include "page/sections/assets.hpp"

namespace mpilogit::page {

namespace {

// Black stands for the colour of the text, which is light on a dark page.
std::string css(std::uint32_t colour) {
  return colour == 0 ? "currentColor" : fmt::format("#{:06x}", colour);
}

Html legend_of(const Chart& chart) {
  std::string items;
  for (const auto& series : chart.series) {
    if (series.name.empty()) continue;
    const char* kind = series.shape == Shape::dashed  ? "dashed"
                       : series.shape == Shape::boxes ? "box"
                                                      : "line";
    items += fmt::format("<li><i class=\"{}\" style=\"color:{}\"></i><bdi>{}</bdi></li>", kind,
                         css(series.colour), series.name.str());
  }
  return Html::markup(items.empty() ? "" : "<ul class=\"legend\">" + items + "</ul>");
}

// Circles over the places, seen or not, each with what a browser shows when it is pointed at.
Html marks_of(const Chart& chart, const Canvas& canvas) {
  std::string circles;
  for (const auto& mark : chart.marks) {
    const double x = canvas.x(mark.x);
    const double y = canvas.y(mark.y);
    const bool seen = x >= canvas.left() - 1 && x <= Canvas::kRight + 1 && y >= Canvas::kTop - 1 &&
                      y <= canvas.bottom() + 1;
    if (!seen) continue;  // NaN too
    circles += fmt::format("<g class=\"mark\"><circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:g}\"/>", x,
                           y, chart.mark_radius);
    if (mark.visible) {
      circles += fmt::format(
          "<circle class=\"dot\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" "
          "fill=\"{}\"/>",
          x, y, css(mark.colour));
    }
    circles += fmt::format("<title>{}</title></g>\n", mark.text.str());
  }
  return Html::markup(circles);
}

// A text, and how long it may be: the page's program narrows letters that are wider than usual.
std::string text_at(const std::string& place, const char* anchor, int room, const Html& text) {
  return fmt::format("<text {} text-anchor=\"{}\" data-room=\"{}\">{}</text>\n", place, anchor,
                     room, text.str());
}

Html names_of(const Chart& chart, const Canvas& canvas) {
  constexpr int kGap = 6;
  constexpr int kLabelRoom = 90;
  std::string texts;
  for (const auto& row : chart.row_names) {
    texts += text_at(
        fmt::format("x=\"{}\" y=\"{:.1f}\" dy=\"0.35em\"", canvas.left() - kGap, canvas.y(row.y)),
        "end", canvas.left() - 2 * kGap, row.name);
  }
  for (const auto& label : chart.labels) {
    texts += text_at(fmt::format("class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\"", canvas.x(label.x),
                                 canvas.y(label.y)),
                     "middle", kLabelRoom, label.name);
  }
  if (!chart.x.label.empty()) {
    texts += text_at(fmt::format("x=\"{}\" y=\"{}\"", (canvas.left() + Canvas::kRight) / 2,
                                 canvas.height() - kGap),
                     "middle", Canvas::kRight - canvas.left(), chart.x.label);
  }
  if (!chart.y.label.empty()) {
    texts += text_at(fmt::format("transform=\"translate(13,{}) rotate(270)\"",
                                 (canvas.bottom() + Canvas::kTop) / 2),
                     "middle", canvas.bottom() - Canvas::kTop, chart.y.label);
  }
  return Html::markup(texts);
}

}  // namespace

Html Plotter::drawing(const Chart& chart) {
  if (gnuplot_.absent()) return {};
  const std::optional<std::string> svg = gnuplot_.run(gnuplot_script(chart));
  if (gnuplot_.absent()) return {};
  const Html drawn = svg ? drawing_of(*svg) : Html();
  if (drawn.empty()) {
    failures_.push_back("the plot '" + chart.id +
                        "' is missing: " + (svg ? "gnuplot drew nothing" : gnuplot_.failure()));
  }
  return drawn;
}

Html Plotter::figure(const Chart& chart) {
  const Html drawn = drawing(chart);
  if (drawn.empty()) {
    return fill(asset("figure_without_plot.html"),
                {{"title", chart.title}, {"description", chart.description}});
  }
  const Canvas canvas(chart);
  return fill(asset("figure.html"), {{"id", Html::text(chart.id)},
                                     {"width", Html::text(std::to_string(Canvas::kWidth))},
                                     {"height", Html::text(std::to_string(canvas.height()))},
                                     {"title", chart.title},
                                     {"description", chart.description},
                                     {"drawing", drawn},
                                     {"names", names_of(chart, canvas)},
                                     {"marks", marks_of(chart, canvas)},
                                     {"legend", legend_of(chart)}});
}

namespace {

constexpr std::chrono::seconds kTimeLimit(30);
constexpr std::chrono::milliseconds kBetweenLooks(2);
constexpr int kNotFound = 127;  // as a child ends whose program cannot be started

std::string contents(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// Which files the child has for its standard streams.
class Redirections {
 public:
  Redirections() { posix_spawn_file_actions_init(&actions_); }
  ~Redirections() { posix_spawn_file_actions_destroy(&actions_); }
  Redirections(const Redirections&) = delete;
  Redirections& operator=(const Redirections&) = delete;

  void open(int stream, const std::string& path, int flags) {
    posix_spawn_file_actions_addopen(&actions_, stream, path.c_str(), flags, 0600);
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// The child's wait status; nothing if it took too long and was ended.
std::optional<int> wait_for(pid_t child) {
  const auto deadline = std::chrono::steady_clock::now() + kTimeLimit;
  int status = 0;
  while (true) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return status;
    if (ended < 0 && errno != EINTR) return std::nullopt;
    if (std::chrono::steady_clock::now() > deadline) break;
    std::this_thread::sleep_for(kBetweenLooks);
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  return std::nullopt;
}

}  // namespace

Gnuplot::Gnuplot() {
  std::error_code failure;
  std::filesystem::path parent = std::filesystem::temp_directory_path(failure);
  if (failure) parent = "/tmp";
  std::string name = (parent / "mpilogit-report-XXXXXX").string();  // as mkdtemp wants it
  if (::mkdtemp(name.data()) == nullptr) {
    throw core::bad_input({.what = std::string("no temporary folder: ") + std::strerror(errno),
                           .where = parent.string(),
                           .why = "gnuplot's files go there",
                           .remedy = "Set TMPDIR to a folder that can be written"});
  }
  folder_ = name;
}

Gnuplot::~Gnuplot() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::optional<std::string> Gnuplot::run(const std::string& script) {
  if (hung_) return std::nullopt;
  const std::string input = folder_ + "/script";
  const std::string output = folder_ + "/output";
  const std::string errors = folder_ + "/errors";
  std::ofstream stream(input, std::ios::binary);
  stream << script;
  stream.close();
  if (!stream) {
    throw core::bad_input({.what = "writing failed",
                           .where = input,
                           .why = {},
                           .remedy = "Check the free space of the temporary folder"});
  }
  Redirections redirections;
  redirections.open(STDIN_FILENO, input, O_RDONLY);
  redirections.open(STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC);
  redirections.open(STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_TRUNC);
  // -d: whatever the user has set up for gnuplot does not change the page.
  std::string name = "gnuplot";
  std::string defaults = "-d";
  const std::array<char*, 3> arguments = {name.data(), defaults.data(), nullptr};
  pid_t child = 0;
  const core::ChildrenAreWaitedFor waiting;
  const core::UsualSignals signals;
  const int cause = ::posix_spawnp(&child, "gnuplot", redirections.get(), signals.get(),
                                   arguments.data(), environ);
  if (cause != 0) {
    absent_ = true;
    failure_ = std::string("gnuplot cannot be started: ") + std::strerror(cause);
    return std::nullopt;
  }
  const std::optional<int> status = wait_for(child);
  if (status && WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return contents(output);
  absent_ = status && WIFEXITED(*status) && WEXITSTATUS(*status) == kNotFound;
  hung_ = !status;
  constexpr std::size_t kLongest = 300;
  const std::string said = contents(errors).substr(0, kLongest);
  failure_ = hung_ ? "gnuplot took too long" : "gnuplot failed: " + said;
  return std::nullopt;
}

}  // namespace mpilogit::page
