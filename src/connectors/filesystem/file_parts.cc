#include "connectors/filesystem/file_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "connectors/filesystem/file_layout.h"

namespace millrace {

namespace {

constexpr size_t kFlushBytes = 256 * 1024;
// Parts that were closed between checkpoints wait for the next one.
constexpr uint64_t kNextCheckpoint = UINT64_MAX;
constexpr char kLineEnd = '\0';
constexpr std::string_view kHiddenSuffix = ".inprogress";

Error unreadableState() {
  return Error(ErrorKind::kRestore, "the file sink's state cannot be read")
      .withHint("Start without 'execution.state-recovery.path', or restore another checkpoint.");
}

Status removeHidden(FileSystem& files, const std::string& directory,
                    const std::vector<std::string>& runs) {
  for (const FileInfo& entry : TRY(files.list(directory))) {
    std::string_view name = fileName(entry.path);
    if (entry.isDirectory) {
      if (!isHiddenName(name)) TRY(removeHidden(files, entry.path, runs));
      continue;
    }
    if (!name.starts_with(".part-") || !name.ends_with(kHiddenSuffix)) continue;
    for (const std::string& run : runs) {
      if (name.substr(6).starts_with(run)) TRY(files.remove(entry.path));
    }
  }
  return {};
}

}  // namespace

std::string makeRunId(Random& random) {
  uint64_t high = random.next();
  uint64_t low = random.next();
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xFFFF,
                     (high & 0x0FFF) | 0x4000, (low >> 48 & 0x3FFF) | 0x8000,
                     low & 0xFFFFFFFFFFFFULL);
}

FileParts::FileParts(FilePartsOptions options, uint32_t subtask, Env& env)
    : options_(std::move(options)), subtask_(subtask), env_(env), runId_(makeRunId(env.random())) {}

std::string FileParts::pathOf(const std::string& directory, const std::string& name) const {
  if (directory.empty()) return options_.root + "/" + name;
  return options_.root + "/" + directory + "/" + name;
}

Status FileParts::openPart(const std::string& directory, OpenPart& part) {
  std::string name = fmt::format("part-{}-{}-{}", runId_, subtask_, nextNumber_++);
  part.finalPath = pathOf(directory, name);
  part.hiddenPath = pathOf(directory, "." + name + std::string(kHiddenSuffix));
  part.file = TRY(env_.files().create(part.hiddenPath));
  part.openedMillis = env_.clock().nowMillis();
  if (nextCheck_ == INT64_MAX) nextCheck_ = part.openedMillis + options_.checkMillis;
  return {};
}

Status FileParts::write(const std::string& directory, std::string_view records) {
  OpenPart& part = open_[directory];
  if (!part.file) TRY(openPart(directory, part));
  part.buffer += records;
  part.writtenMillis = env_.clock().nowMillis();
  if (part.buffer.size() >= kFlushBytes) {
    TRY(part.file->append(part.buffer));
    part.buffer.clear();
  }
  auto size = static_cast<int64_t>(part.file->size() + part.buffer.size());
  if (size < options_.rollBytes) return {};
  TRY(closePart(part, kNextCheckpoint));
  open_.erase(directory);
  return {};
}

Status FileParts::closePart(OpenPart& part, uint64_t checkpointId) {
  if (!part.buffer.empty()) TRY(part.file->append(part.buffer));
  TRY(part.file->sync());
  TRY(part.file->close());
  pending_.push_back({part.hiddenPath, part.finalPath, checkpointId});
  return {};
}

Status FileParts::rollOld(int64_t nowMillis) {
  for (auto part = open_.begin(); part != open_.end();) {
    bool isOld = nowMillis - part->second.openedMillis >= options_.rollMillis;
    bool isIdle = nowMillis - part->second.writtenMillis >= options_.inactiveMillis;
    if (!isOld && !isIdle) {
      ++part;
      continue;
    }
    TRY(closePart(part->second, kNextCheckpoint));
    part = open_.erase(part);
  }
  nextCheck_ = open_.empty() ? INT64_MAX : nowMillis + options_.checkMillis;
  return {};
}

int64_t FileParts::nextCheck() const { return nextCheck_; }

Status FileParts::closeAll(uint64_t checkpointId) {
  for (auto& [directory, part] : open_) TRY(closePart(part, checkpointId));
  open_.clear();
  nextCheck_ = INT64_MAX;
  for (PendingPart& part : pending_) {
    if (part.checkpointId == kNextCheckpoint) part.checkpointId = checkpointId;
  }
  return {};
}

Status FileParts::commit(uint64_t checkpointId) {
  FileSystem& files = env_.files();
  std::set<std::string> renamedIn;
  for (const PendingPart& part : pending_) {
    if (part.checkpointId > checkpointId) continue;
    if (files.exists(part.hiddenPath)) {
      TRY(files.rename(part.hiddenPath, part.finalPath));
      renamedIn.insert(part.finalPath.substr(0, part.finalPath.rfind('/') + 1));
    } else if (!files.exists(part.finalPath)) {
      return Error(ErrorKind::kRestore,
                   fmt::format("'{}', which the checkpoint holds, is gone", part.hiddenPath))
          .withHint("Put the file back, or start without the checkpoint.");
    }
  }
  // Later checkpoints do not know these parts any more: their names must outlast a loss of power.
  for (const std::string& directory : renamedIn) TRY(files.syncDirectory(directory));
  std::erase_if(pending_,
                [&](const PendingPart& part) { return part.checkpointId <= checkpointId; });
  return {};
}

bool FileParts::hasUncommitted(const std::string& directory) const {
  if (open_.contains(directory)) return true;
  std::string prefix = pathOf(directory, "part-");
  return std::any_of(pending_.begin(), pending_.end(),
                     [&](const PendingPart& part) { return part.finalPath.starts_with(prefix); });
}

// "U<run>" names this run; "P<hidden>" and then the final path is a pending part.
std::string FileParts::state() const {
  std::string out = "U" + runId_;
  out += kLineEnd;
  for (const PendingPart& part : pending_) {
    out += "P" + part.hiddenPath;
    out += kLineEnd;
    out += part.finalPath;
    out += kLineEnd;
  }
  return out;
}

Status FileParts::restore(const std::string& state) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < state.size();) {
    size_t stop = state.find(kLineEnd, at);
    if (stop == std::string::npos) return unreadableState();
    lines.push_back(state.substr(at, stop - at));
    at = stop + 1;
  }
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].starts_with("U")) {
      earlierRuns_.push_back(lines[i].substr(1));
    } else if (lines[i].starts_with("P") && i + 1 < lines.size()) {
      pending_.push_back({lines[i].substr(1), lines[i + 1], 0});
      ++i;
    } else {
      return unreadableState();
    }
  }
  return {};
}

Status FileParts::removeLeftovers() {
  if (earlierRuns_.empty() || !env_.files().exists(options_.root)) return {};
  TRY(removeHidden(env_.files(), options_.root, earlierRuns_));
  earlierRuns_.clear();
  return {};
}

}  // namespace millrace
