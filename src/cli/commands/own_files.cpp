#include "cli/commands/own_files.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text_file.hpp"
#include "exporting/export.hpp"
#include "hdf5/file.hpp"
#include "hdf5/fingerprint.hpp"
#include "page/page.hpp"
#include "running/checkpoint_file.hpp"
#include "running/known_records.hpp"

namespace mpilogit::cli {

namespace {

constexpr std::size_t kBeginning = std::size_t{1} << 16;
constexpr std::string_view kHdf5 = "\x89HDF\r\n\x1a\n";

struct Signature {
  std::string_view bytes;
  std::string_view what;
};

// What may lie about where results go.
constexpr std::array kSignatures = {
    Signature{"\x93NUMPY", "a NumPy array"},
    Signature{"PK\x03\x04", "a zip archive, as .npz and .xlsx files are"},
    Signature{"\x1f\x8b", "a gzip file"},
    Signature{"\x28\xb5\x2f\xfd", "a zstd file"},
    Signature{"BZh", "a bzip2 file"},
    Signature{"\xfd"
              "7zXZ",
              "an xz file"},
    Signature{"PAR1", "a Parquet file"},
    Signature{"ARROW1", "an Arrow file"},
    Signature{"SQLite format 3", "an SQLite data base"},
    Signature{"%PDF", "a PDF document"},
    Signature{"\x89PNG", "a PNG image"},
    Signature{"\xff\xd8\xff", "a JPEG image"},
    Signature{"\x7f"
              "ELF",
              "a program"},
    Signature{"#!", "a script"},
    Signature{"RDX", "data of R"},
    Signature{"version https://git-lfs", "a pointer of Git LFS"},
};

// The signature stands at the beginning, or behind a block of the user's own.
bool is_hdf5(std::string_view beginning) {
  for (std::size_t at = 0; at < beginning.size(); at = at == 0 ? 512 : 2 * at) {
    if (beginning.substr(at).starts_with(kHdf5)) return true;
  }
  return false;
}

bool has_fingerprint_in(const hdf5::File& file, const std::string& name) {
  if (file.leads_out(name)) return false;
  if (!file.is_group(name)) return hdf5::has_fingerprint(file, name);
  const std::vector<std::string> members = file.members(name);
  return std::any_of(members.begin(), members.end(), [&](const std::string& member) {
    const std::string below = name + "/" + member;
    return !file.leads_out(below) && !file.is_group(below) && hdf5::has_fingerprint(file, below);
  });
}

// Results say what they are; data sets are known by their fingerprints.
FileKind kind_of_hdf5(const std::string& path) {
  try {
    const hdf5::File file = hdf5::File::open(path);
    if (hdf5::has_attribute(file, "/", "format")) {
      const std::string format = hdf5::read_text_attribute(file, "/", "format");
      if (format.starts_with("mpilogit "))
        return {.maker = Maker::mpilogit, .what = "a file of " + format};
    }
    for (const auto& name : file.members("/")) {
      if (file.contains(name) && has_fingerprint_in(file, name)) {
        return {.maker = Maker::mpilogit, .what = "a data set of mpilogit"};
      }
    }
  } catch (const core::Error&) {
    return {.what = "an HDF5 file that cannot be read"};
  }
  return {.what = "an HDF5 file of another program"};
}

bool is_text(std::string_view beginning) {
  return std::all_of(beginning.begin(), beginning.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 || c == '\n' || c == '\r' || c == '\t' || c == '\f';
  });
}

// Enough of the first line to know the file by; of control characters and bytes above ASCII nothing
// reaches a terminal.
std::string first_words(std::string_view text) {
  constexpr std::size_t kShown = 40;
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  std::string shown(line.substr(0, kShown));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c < 0x20 || c == 0x7f; }, '?');
  return shown + (line.size() > kShown ? "..." : "");
}

std::string foreign(std::string_view beginning) {
  for (const auto& [bytes, what] : kSignatures) {
    if (beginning.starts_with(bytes)) return std::string(what);
  }
  if (is_text(beginning)) return fmt::format("text that begins with '{}'", first_words(beginning));
  return "binary data";
}

}  // namespace

bool is_hdf5_file(const std::string& path) {
  try {
    return is_hdf5(core::read_beginning(path, kBeginning).value_or(""));
  } catch (const core::Error&) {
    return false;
  }
}

FileKind kind_of_file(const std::string& path) {
  const std::string beginning = core::read_beginning(path, kBeginning).value_or("");
  if (beginning.empty()) return {.maker = Maker::nobody, .what = "an empty file"};
  if (is_hdf5(beginning)) return kind_of_hdf5(path);
  if (running::is_checkpoint(beginning)) {
    return {.maker = Maker::mpilogit, .checkpoint = true, .what = "a checkpoint"};
  }
  const bool ours =
      running::is_record(beginning) || exporting::is_export(beginning) || page::is_page(beginning);
  if (!ours) return {.what = foreign(beginning)};
  return {.maker = Maker::mpilogit, .what = "a file of mpilogit"};
}

}  // namespace mpilogit::cli
