#include "state/checkpoint_path.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "env/file_system.h"
#include "state/snapshot_directory.h"

namespace millrace {

namespace {

constexpr std::string_view kManifest = "manifest.json";
constexpr std::string_view kFlinkMetadata = "_metadata";
constexpr size_t kMostNamed = 10;
constexpr const char* kPathHint =
    "Give the directory of a checkpoint or savepoint, such as 'checkpoints/<job id>/chk-7'.";

std::string parentOf(const std::string& path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The newest complete checkpoint in "<root>/chk-<n>", or nothing.
Result<std::string> newestIn(FileSystem& files, const std::string& root) {
  SnapshotDirectory directory(files, root);
  std::vector<uint64_t> ids = TRY(directory.complete());
  return ids.empty() ? std::string() : directory.pathOf(ids.back());
}

Error severalJobs(const std::string& path, std::vector<std::string> jobs) {
  size_t count = jobs.size();
  jobs.resize(std::min(count, kMostNamed));
  std::string more = count > jobs.size() ? fmt::format(" and {} more", count - jobs.size()) : "";
  return Error(ErrorKind::kRestore, fmt::format("'{}' has checkpoints of {} jobs: '{}'{}", path,
                                                count, fmt::join(jobs, "', '"), more))
      .withHint("Give the directory of one of them.");
}

// Below a directory of jobs or savepoints.
Result<std::string> onlyOneBelow(FileSystem& files, const std::string& place) {
  std::vector<std::string> jobs;
  std::string newest;
  for (const FileInfo& entry : TRY(files.list(place))) {
    if (!entry.isDirectory) continue;
    std::string found = TRY(newestIn(files, entry.path));
    if (found.empty()) continue;
    jobs.emplace_back(entry.path);
    newest = std::move(found);
  }
  if (jobs.size() > 1) return severalJobs(place, std::move(jobs));
  return newest;
}

}  // namespace

Result<std::string> resolveCheckpoint(FileSystem& files, const std::string& path) {
  std::string place = plainPath(path);
  auto has = [&](std::string_view name) { return files.exists(fmt::format("{}/{}", place, name)); };
  std::string_view name = baseName(place);
  if (name == kManifest || name == kFlinkMetadata) {
    place = parentOf(place);
  } else if (files.exists(place) && !TRY(files.stat(place)).isDirectory) {
    return Error(ErrorKind::kRestore, fmt::format("'{}' is not a snapshot", path))
        .withHint(kPathHint);
  }
  if (has(kManifest)) return place;
  if (has(kFlinkMetadata)) {
    return Error(ErrorKind::kUnsupported, fmt::format("'{}' is a snapshot of Apache Flink", path))
        .withHint("Give a checkpoint or savepoint that Millrace has written.");
  }
  std::string found = TRY(newestIn(files, place));
  if (found.empty() && files.exists(place)) found = TRY(onlyOneBelow(files, place));
  if (!found.empty()) return found;
  return Error(ErrorKind::kNotFound, fmt::format("no complete checkpoint in '{}'", path))
      .withHint(kPathHint);
}

}  // namespace millrace
