#include "connectors/filesystem/file_parts.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "connectors/filesystem/file_layout.h"
#include "env/remote_path.h"

namespace millrace {

namespace {

constexpr size_t kFlushBytes = 256 * 1024;
// Behind a network. Parts are many in a partitioned table, and each costs several calls.
constexpr size_t kPartThreads = 4;
constexpr size_t kMostUnwrittenBytes = 8 << 20;
// Parts that were closed between checkpoints wait for the next one.
constexpr uint64_t kNextCheckpoint = UINT64_MAX;
constexpr char kLineEnd = '\0';
constexpr std::string_view kPrefix = "part-";
constexpr std::string_view kHiddenSuffix = ".inprogress";

Error unreadableState() {
  return Error(ErrorKind::kRestore, "the file sink's state cannot be read")
      .withHint("Start without 'execution.state-recovery.path', or restore another checkpoint.");
}

// The lines of a state; an error when the last one has no end.
Result<std::vector<std::string>> linesOf(std::string_view state) {
  std::vector<std::string> lines;
  while (!state.empty()) {
    size_t stop = state.find(kLineEnd);
    if (stop == std::string_view::npos) return unreadableState();
    lines.emplace_back(state.substr(0, stop));
    state.remove_prefix(stop + 1);
  }
  return lines;
}

bool readNumber(std::string_view& text, uint64_t& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

// "3 17": subtask and number, with this character between them, and nothing behind.
bool readPosition(std::string_view text, char between, uint64_t& subtask, uint64_t& number) {
  if (!readNumber(text, subtask) || !text.starts_with(between)) return false;
  text.remove_prefix(1);
  return readNumber(text, number) && text.empty();
}

std::string directoryOf(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

// False: it had its final name already.
Result<bool> renamePart(FileSystem& files, const PendingPart& part) {
  if (files.exists(part.hiddenPath)) {
    TRY(files.rename(part.hiddenPath, part.finalPath));
    return true;
  }
  if (files.exists(part.finalPath)) return false;
  return Error(ErrorKind::kRestore,
               fmt::format("'{}', which the checkpoint holds, is gone", part.hiddenPath))
      .withHint("Put the file back, or start without the checkpoint.");
}

}  // namespace

std::string makePartsHistory(std::string_view jobId, std::string_view operatorId,
                             uint64_t restoredCheckpointId) {
  std::string key = fmt::format("{} {} {}", jobId, restoredCheckpointId, operatorId);
  XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", hash.high64 >> 32,
                     hash.high64 >> 16 & 0xFFFF, hash.high64 & 0xFFFF, hash.low64 >> 48,
                     hash.low64 & 0xFFFFFFFFFFFFULL);
}

FileParts::FileParts(FilePartsOptions options, const SubtaskInfo& subtask, Env& env)
    : options_(std::move(options)), subtask_(subtask), env_(env) {}

void FileParts::setWake(const std::function<void()>& wake) {
  if (!isRemotePath(options_.root)) return;
  writers_ = std::make_unique<FileThreads>(kPartThreads, wake);
  committers_ = std::make_unique<FileThreads>(kPartThreads, wake);
}

bool FileParts::isReady() const {
  return !writers_ || writers_->waitingBytes() < kMostUnwrittenBytes;
}

bool FileParts::hasFailed() const {
  return writers_ && (writers_->hasFailed() || committers_->hasFailed());
}

Status FileParts::check() const {
  if (!hasFailed()) return {};
  return (writers_->hasFailed() ? *writers_ : *committers_).failure();
}

template <typename Action>
Status FileParts::write(const OpenPart& part, size_t bytes, Action action) {
  if (!writers_) return action();
  writers_->run(part.hiddenPath, bytes, std::move(action));
  return {};
}

std::string FileParts::pathOf(const std::string& directory, const std::string& name) const {
  if (directory.empty()) return options_.root + "/" + name;
  return options_.root + "/" + directory + "/" + name;
}

Status FileParts::openPart(const std::string& directory, OpenPart& part) {
  std::string name =
      fmt::format("{}{}-{}-{}", kPrefix, owner_.history, subtask_.index, nextNumber_++);
  part.finalPath = pathOf(directory, name);
  part.hiddenPath = pathOf(directory, "." + name + std::string(kHiddenSuffix));
  part.file = std::make_shared<std::unique_ptr<WritableFile>>();
  TRY(write(part, 0, [&files = env_.files(), path = part.hiddenPath, file = part.file]() -> Status {
    *file = TRY(files.create(path));
    return {};
  }));
  part.openedMillis = env_.clock().nowMillis();
  if (nextCheck_ == INT64_MAX) nextCheck_ = part.openedMillis + options_.checkMillis;
  return {};
}

Status FileParts::write(const std::string& directory, std::string_view records) {
  OpenPart& part = open_[directory];
  if (!part.file) TRY(openPart(directory, part));
  part.buffer += records;
  part.size += static_cast<int64_t>(records.size());
  part.writtenMillis = env_.clock().nowMillis();
  if (part.buffer.size() >= kFlushBytes) TRY(writeBuffer(part));
  if (part.size < options_.rollBytes) return {};
  TRY(closePart(part, kNextCheckpoint));
  open_.erase(directory);
  return {};
}

Status FileParts::writeBuffer(OpenPart& part) {
  if (!writers_) {
    TRY((*part.file)->append(part.buffer));
    part.buffer.clear();
    return {};
  }
  size_t bytes = part.buffer.size();
  return write(part, bytes, [file = part.file, data = std::exchange(part.buffer, {})] {
    return (*file)->append(data);
  });
}

Status FileParts::closePart(OpenPart& part, uint64_t checkpointId) {
  if (!part.buffer.empty()) TRY(writeBuffer(part));
  TRY(write(part, 0, [file = part.file]() -> Status {
    TRY((*file)->sync());
    return (*file)->close();
  }));
  pending_.push_back({part.hiddenPath, part.finalPath, checkpointId, nullptr});
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

Status FileParts::closeAll() {
  for (auto& [directory, part] : open_) TRY(closePart(part, kNextCheckpoint));
  open_.clear();
  nextCheck_ = INT64_MAX;
  return {};
}

Status FileParts::closeAll(uint64_t checkpointId) {
  TRY(closeAll());
  for (PendingPart& part : pending_) {
    if (part.checkpointId == kNextCheckpoint) part.checkpointId = checkpointId;
  }
  return {};
}

void FileParts::commitRemotely(uint64_t checkpointId) {
  std::erase_if(pending_, [](const PendingPart& part) { return part.isCommitted(); });
  for (PendingPart& part : pending_) {
    if (part.checkpointId > checkpointId || part.committed) continue;
    part.committed = std::make_shared<std::atomic<bool>>(false);
    committers_->run(part.finalPath, 0, [&files = env_.files(), part]() -> Status {
      if (TRY(renamePart(files, part))) TRY(files.syncDirectory(directoryOf(part.finalPath)));
      *part.committed = true;
      return {};
    });
  }
}

Status FileParts::commit(uint64_t checkpointId) {
  if (committers_) return commitRemotely(checkpointId), Status();
  FileSystem& files = env_.files();
  std::set<std::string> renamedIn;
  for (const PendingPart& part : pending_) {
    if (part.checkpointId > checkpointId) continue;
    if (TRY(renamePart(files, part))) renamedIn.insert(directoryOf(part.finalPath));
  }
  // Later checkpoints do not know these parts any more: their names must outlast a loss of power.
  for (const std::string& directory : renamedIn) TRY(files.syncDirectory(directory));
  std::erase_if(pending_,
                [&](const PendingPart& part) { return part.checkpointId <= checkpointId; });
  return {};
}

bool FileParts::hasUncommitted(const std::string& directory) const {
  if (open_.contains(directory)) return true;
  std::string prefix = pathOf(directory, std::string(kPrefix));
  return std::any_of(pending_.begin(), pending_.end(), [&](const PendingPart& part) {
    return !part.isCommitted() && part.finalPath.starts_with(prefix);
  });
}

// Lines: "J<job>" and "H<history>" say whose parts these are, "N<subtask> <number>" which number is
// next; "P<hidden>" and then the final path is a pending part.
std::string FileParts::state() const {
  std::string out;
  auto add = [&](char kind, std::string_view text) {
    out += kind;
    out += text;
    out += kLineEnd;
  };
  add('J', owner_.jobId);
  add('H', owner_.history);
  add('N', fmt::format("{} {}", subtask_.index, nextNumber_));
  for (const auto& [subtask, number] : restored_) {
    bool isGone = subtask >= subtask_.parallelism;
    if (subtask_.index == 0 && isGone) add('N', fmt::format("{} {}", subtask, number));
  }
  for (const PendingPart& part : pending_) {
    if (part.isCommitted()) continue;
    add('P', part.hiddenPath);
    out += part.finalPath;
    out += kLineEnd;
  }
  return out;
}

Status FileParts::restore(const std::vector<std::string>& states, PartsOwner owner) {
  owner_ = std::move(owner);
  for (const std::string& state : states) {
    std::vector<std::string> lines = TRY(linesOf(state));
    TRY(restoreOne(lines));
  }
  nextNumber_ = restored_[subtask_.index];
  return {};
}

Status FileParts::restoreOne(const std::vector<std::string>& lines) {
  std::string jobId;
  for (size_t i = 0; i < lines.size(); ++i) {
    std::string_view text = lines[i];
    char kind = text.empty() ? ' ' : text[0];
    text.remove_prefix(std::min<size_t>(1, text.size()));
    // Another job goes on from this one's snapshot: it may still run, so that its parts are left
    // alone, and the names of the new ones are others.
    bool isOurs = jobId == owner_.jobId;
    uint64_t subtask = 0;
    uint64_t number = 0;
    switch (kind) {
      case 'J':
        jobId = text;
        break;
      case 'H':
        if (isOurs) owner_.history = text;
        break;
      case 'N': {
        if (!readPosition(text, ' ', subtask, number)) return unreadableState();
        if (!isOurs) break;
        uint64_t& next = restored_[static_cast<uint32_t>(subtask)];
        next = std::max(next, number);
        break;
      }
      case 'P':
        if (++i == lines.size()) return unreadableState();
        if (subtask_.index == 0) pending_.push_back({std::string(text), lines[i], 0, nullptr});
        break;
      case 'U':
        // A name of parts that every start chose anew; nothing continues it.
        break;
      default:
        return unreadableState();
    }
  }
  return {};
}

bool FileParts::isSuperseded(std::string_view name) const {
  if (name.starts_with('.') && name.ends_with(kHiddenSuffix)) {
    name.remove_prefix(1);
    name.remove_suffix(kHiddenSuffix.size());
  }
  if (!name.starts_with(kPrefix)) return false;
  name.remove_prefix(kPrefix.size());
  if (!name.starts_with(owner_.history)) return false;
  name.remove_prefix(owner_.history.size());
  uint64_t subtask = 0;
  uint64_t number = 0;
  if (!name.starts_with('-') || !readPosition(name.substr(1), '-', subtask, number)) return false;
  auto next = restored_.find(static_cast<uint32_t>(subtask));
  return next == restored_.end() || number >= next->second;
}

Result<std::set<std::string>> FileParts::removeSuperseded() {
  std::set<std::string> lost;
  FileSystem& files = env_.files();
  if (!files.exists(options_.root) || !TRY(files.stat(options_.root)).isDirectory) return lost;
  TRY(removeSupersededIn("", lost));
  return lost;
}

Status FileParts::removeSupersededIn(const std::string& directory, std::set<std::string>& lost) {
  FileSystem& files = env_.files();
  std::string place = directory.empty() ? options_.root : options_.root + "/" + directory;
  bool removed = false;
  for (const FileInfo& entry : TRY(files.list(place))) {
    std::string_view name = fileName(entry.path);
    if (entry.isDirectory) {
      if (isHiddenName(name)) continue;
      std::string below = directory.empty() ? "" : directory + "/";
      TRY(removeSupersededIn(below.append(name), lost));
      continue;
    }
    if (!isSuperseded(name)) continue;
    TRY(files.remove(entry.path));
    removed = true;
    if (!isHiddenName(name)) lost.insert(directory);
  }
  // A part that came back after a loss of power would be taken for one of a later checkpoint.
  return removed ? files.syncDirectory(place) : Status();
}

}  // namespace millrace
