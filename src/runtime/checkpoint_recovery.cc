#include "runtime/checkpoint_recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "env/file_system.h"
#include "state/snapshot_directory.h"

namespace millrace {

namespace {

constexpr std::string_view kPrefix = "chk-";

// The id in ".../chk-<id>", or false.
bool idOf(std::string_view path, uint64_t& id) {
  while (path.ends_with('/')) path.remove_suffix(1);
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (!name.starts_with(kPrefix)) return false;
  name.remove_prefix(kPrefix.size());
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  return error == std::errc() && end == name.data() + name.size();
}

void newestFirst(std::vector<FoundCheckpoint>& found) {
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.id > b.id; });
}

// What another checkpoint may help against.
bool isDamage(const Error& error) {
  return error.kind() == ErrorKind::kCorruptData || error.kind() == ErrorKind::kNotFound;
}

}  // namespace

Result<std::vector<FoundCheckpoint>> findCheckpoints(FileSystem& files, const std::string& root,
                                                     uint64_t* highestId) {
  std::vector<FoundCheckpoint> found;
  if (!files.exists(root)) return found;
  for (const FileInfo& entry : TRY(files.list(root))) {
    uint64_t id = 0;
    if (!idOf(entry.path, id)) continue;
    if (highestId != nullptr) *highestId = std::max(*highestId, id);
    std::string path = fmt::format("{}/{}{}", root, kPrefix, id);
    if (files.exists(path + "/manifest.json")) found.push_back({id, std::move(path)});
  }
  newestFirst(found);
  return found;
}

Result<std::vector<FoundCheckpoint>> findCheckpoints(FileSystem& files, const std::string& root,
                                                     const std::vector<std::string>& savepoints,
                                                     uint64_t* highestId) {
  std::vector<FoundCheckpoint> found = TRY(findCheckpoints(files, root, highestId));
  for (const std::string& directory : savepoints) {
    for (FoundCheckpoint& savepoint : TRY(findCheckpoints(files, directory, highestId))) {
      found.push_back(std::move(savepoint));
    }
  }
  newestFirst(found);
  return found;
}

Status verifyCheckpoint(FileSystem& files, const std::string& path) {
  Manifest manifest = TRY(SnapshotDirectory::readManifest(files, path));
  RestoredCheckpoint checkpoint = TRY(openCheckpoint(files, path, manifest.maxParallelism));
  for (const auto& [id, restored] : checkpoint.operators) {
    for (const auto& file : restored->files()) TRY(file->verify());
  }
  return {};
}

Result<RecoveryChoice> chooseCheckpoint(FileSystem& files,
                                        const std::vector<FoundCheckpoint>& candidates) {
  RecoveryChoice choice;
  for (const FoundCheckpoint& candidate : candidates) {
    Status status = verifyCheckpoint(files, candidate.path);
    if (status.ok()) {
      choice.checkpoint = candidate;
      return choice;
    }
    if (!isDamage(status.error())) return std::move(status).error();
    choice.damaged.push_back(candidate);
    choice.warnings.push_back(
        fmt::format("checkpoint {} is not usable: {}", candidate.id, status.error().message()));
  }
  std::string problems;
  for (const std::string& warning : choice.warnings) problems += "\n  " + warning;
  return Error(ErrorKind::kRestore, "none of the checkpoints is usable:" + problems)
      .withHint("Restore the files from a backup, or start anew with an empty state directory.");
}

Status setAsideDamaged(FileSystem& files, const RecoveryChoice& choice) {
  for (const FoundCheckpoint& damaged : choice.damaged) {
    std::string manifest = damaged.path + "/manifest.json";
    if (!files.exists(manifest)) continue;
    TRY(files.rename(manifest, manifest + ".damaged"));
    TRY(files.syncDirectory(damaged.path));
  }
  return {};
}

Status removeIncompleteCheckpoints(FileSystem& files, const std::string& root) {
  if (!files.exists(root)) return {};
  for (const FileInfo& entry : TRY(files.list(root))) {
    if (!baseName(entry.path).starts_with("chk-")) continue;
    if (!files.exists(entry.path + "/manifest.json")) TRY(files.removeTree(entry.path));
  }
  return {};
}

Result<Resumption> findResumption(FileSystem& files, const std::string& root,
                                  const std::vector<std::string>& savepoints) {
  Resumption resumption;
  uint64_t highestId = 0;
  std::vector<FoundCheckpoint> found = TRY(findCheckpoints(files, root, savepoints, &highestId));
  resumption.firstId = highestId + 1;
  TRY(removeIncompleteCheckpoints(files, root));
  if (found.empty()) return resumption;
  RecoveryChoice choice = TRY(chooseCheckpoint(files, found));
  TRY(setAsideDamaged(files, choice));
  resumption.checkpoint = std::move(choice.checkpoint);
  resumption.warnings = std::move(choice.warnings);
  return resumption;
}

}  // namespace millrace
