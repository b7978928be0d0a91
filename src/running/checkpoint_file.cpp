#include "running/checkpoint_file.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "core/archive.hpp"
#include "core/atomic_file.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file_status.hpp"
#include "core/text_file.hpp"

namespace mpilogit::running {

namespace {

// The first line of the file; the number is the format's.
constexpr std::string_view kMagic = "mpilogit checkpoint ";
constexpr std::string_view kFirstLine = "mpilogit checkpoint 2\n";
constexpr std::size_t kDigestLength = 64;
constexpr std::size_t kHeader = kFirstLine.size() + kDigestLength + 1;

void visit(core::Archive& archive, Checkpoint& checkpoint) {
  archive.each(checkpoint.identity, [&](auto& entry) {
    archive(entry.first);
    archive(entry.second);
  });
  archive(checkpoint.state);
  archive.each(checkpoint.lanes, [&](auto& lane) { archive(lane); });
}

core::Error refusal(const std::string& path, const std::string& what) {
  return core::bad_input({.what = what,
                          .where = path,
                          .why = "the checkpoint would replace it",
                          .remedy = "Give --checkpoint another path, or remove the file"});
}

// Empty if there is no file, or not more.
std::string first_bytes(const std::string& path) {
  return core::read_beginning(path, kMagic.size()).value_or(std::string());
}

// Empty if there is no file.
std::string contents_of(const std::string& path) {
  return core::read_file(path).value_or(std::string());
}

// Nothing if it is not whole.
std::optional<Checkpoint> parse(const std::string& path, std::string_view contents) {
  const std::string_view first_line = contents.substr(0, contents.find('\n') + 1);
  if (!first_line.empty() && first_line != kFirstLine) {
    throw refusal(path, "the checkpoint is of another version of mpilogit");
  }
  if (contents.size() < kHeader) return std::nullopt;
  const auto body = std::as_bytes(std::span(contents.substr(kHeader)));
  if (core::sha256(body) != contents.substr(kFirstLine.size(), kDigestLength)) return std::nullopt;
  Checkpoint checkpoint;
  core::Archive archive({body.begin(), body.end()});
  try {
    visit(archive, checkpoint);
  } catch (const core::Error&) {
    return std::nullopt;  // somebody sealed what is no state
  }
  if (!archive.at_end()) return std::nullopt;
  return checkpoint;
}

}  // namespace

std::string previous_checkpoint(const std::string& path) {
  return core::target_of(path) + ".previous";
}

std::size_t write_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  core::Archive archive;
  Checkpoint copy = checkpoint;  // an archive takes what it could also change
  visit(archive, copy);
  const std::string header =
      std::string(kFirstLine) + core::sha256(archive.bytes()) + std::string("\n");
  core::AtomicFile file(path);
  file.write({std::as_bytes(std::span(header)), archive.bytes()});
  file.commit_keeping(previous_checkpoint(path));
  return header.size() + archive.bytes().size();
}

std::optional<FoundCheckpoint> find_checkpoint(const std::string& path) {
  std::string remark;
  for (const auto& candidate : {path, previous_checkpoint(path)}) {
    if (!is_checkpoint(first_bytes(candidate))) continue;
    const std::string contents = contents_of(candidate);
    auto checkpoint = parse(candidate, contents);
    if (checkpoint) return FoundCheckpoint{std::move(*checkpoint), candidate, remark};
    remark += fmt::format("{}{} is damaged", remark.empty() ? "" : ", ", candidate);
  }
  if (remark.empty()) return std::nullopt;
  throw core::bad_input({.what = "there is no whole checkpoint: " + remark,
                         .where = path,
                         .why = {},
                         .remedy = "Begin anew with --restart, or give --checkpoint another path"});
}

bool is_checkpoint(std::string_view beginning) {
  return beginning.substr(0, kMagic.size()) == kMagic;
}

void require_checkpoints_or_nothing(const std::string& path) {
  for (const auto& candidate : {path, previous_checkpoint(path)}) {
    const std::string beginning = first_bytes(candidate);
    if (beginning.empty() || is_checkpoint(beginning)) continue;
    throw refusal(candidate, "there is a file that is no checkpoint");
  }
}

void remove_file(const std::string& path) {
  std::error_code failure;  // what cannot be removed does no harm
  std::filesystem::remove(core::target_of(path), failure);
}

std::string difference(const Identity& before, const Identity& now) {
  const auto value_of = [](const Identity& identity, const std::string& name) {
    const auto found = std::find_if(identity.begin(), identity.end(),
                                    [&](const auto& entry) { return entry.first == name; });
    return found == identity.end() ? std::string("not given")
           : found->second.empty() ? std::string("given")
                                   : found->second;
  };
  for (const auto* identity : {&now, &before}) {
    for (const auto& [name, value] : *identity) {
      const std::string was = value_of(before, name);
      const std::string is = value_of(now, name);
      if (was != is) return fmt::format("{} was {} and is {} now", name, was, is);
    }
  }
  return {};
}

}  // namespace mpilogit::running
