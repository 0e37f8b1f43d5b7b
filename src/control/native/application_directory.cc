#include "control/native/application_directory.h"

#include <fmt/format.h>

#include <charconv>

#include "env/file_system.h"
#include "env/private_file.h"

namespace millrace {

namespace {

constexpr std::string_view kAttemptPrefix = "attempt-";
constexpr std::string_view kSnapshotPrefix = "snapshot-";

std::optional<int64_t> numberIn(std::string_view text) {
  int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// FNV-1a: names longer than a file name can be are told apart by it.
uint64_t hashOf(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3ULL;
  return hash;
}

}  // namespace

std::string ApplicationDirectory::attemptDirectory(int64_t attempt) const {
  return fmt::format("{}/{}{}", path_, kAttemptPrefix, attempt);
}

std::string ApplicationDirectory::checkpointDirectory(int64_t attempt) const {
  return attemptDirectory(attempt) + "/checkpoints";
}

std::string ApplicationDirectory::snapshotDirectory(const std::string& name) const {
  constexpr size_t kLongest = 200;
  std::string file = name;
  if (file.size() > kLongest) {
    file = fmt::format("{}-{:016x}", name.substr(0, kLongest), hashOf(name));
  }
  return fmt::format("{}/snapshots/{}{}", path_, kSnapshotPrefix, file);
}

std::string ApplicationDirectory::snapshotDirectory(const std::string& name,
                                                    int64_t attempt) const {
  return fmt::format("{}/{}", snapshotDirectory(name), attempt);
}

Status ApplicationDirectory::setEpoch(int64_t attempt) const {
  TRY(env_->files().makeDirectories(path_));
  return writeFileAtomically(env_->files(), path_ + "/epoch", fmt::format("{}\n", attempt));
}

Result<int64_t> ApplicationDirectory::epoch() const {
  std::string file = path_ + "/epoch";
  if (!env_->files().exists(file)) return int64_t{0};
  std::string text = TRY(readFile(env_->files(), file));
  while (text.ends_with('\n')) text.pop_back();
  if (std::optional<int64_t> number = numberIn(text)) return *number;
  return Error(ErrorKind::kCorruptData, fmt::format("'{}' holds no number", file));
}

Status ApplicationDirectory::saveTask(int64_t attempt, const std::string& task) const {
  std::string directory = attemptDirectory(attempt);
  TRY(env_->files().makeDirectories(directory));
  return writePrivateFile(directory + "/task.json", task);
}

Result<std::optional<std::string>> ApplicationDirectory::savedTask(int64_t attempt) const {
  std::string file = attemptDirectory(attempt) + "/task.json";
  if (!env_->files().exists(file)) return std::optional<std::string>();
  return std::optional<std::string>(TRY(readFile(env_->files(), file)));
}

Status ApplicationDirectory::markFinished(int64_t attempt) const {
  return writeFileAtomically(env_->files(), attemptDirectory(attempt) + "/finished", "");
}

bool ApplicationDirectory::isFinished(int64_t attempt) const {
  return env_->files().exists(attemptDirectory(attempt) + "/finished");
}

Result<std::vector<std::string>> ApplicationDirectory::snapshotsOf(int64_t attempt) const {
  std::vector<std::string> found;
  std::string root = path_ + "/snapshots";
  if (!env_->files().exists(root)) return found;
  for (const FileInfo& snapshot : TRY(env_->files().list(root))) {
    std::string directory = fmt::format("{}/{}", snapshot.path, attempt);
    if (!env_->files().exists(directory)) continue;
    for (const FileInfo& savepoint : TRY(env_->files().list(directory))) {
      found.push_back(savepoint.path);
    }
  }
  return found;
}

Status ApplicationDirectory::removeSnapshot(const std::string& name) const {
  std::string directory = snapshotDirectory(name);
  if (!env_->files().exists(directory)) return {};
  return env_->files().removeTree(directory);
}

Status ApplicationDirectory::removeAttemptsBefore(int64_t attempt) const {
  if (!env_->files().exists(path_)) return {};
  for (const FileInfo& entry : TRY(env_->files().list(path_))) {
    std::string_view name = baseName(entry.path);
    if (!name.starts_with(kAttemptPrefix)) continue;
    std::optional<int64_t> number = numberIn(name.substr(kAttemptPrefix.size()));
    if (number && *number < attempt) TRY(env_->files().removeTree(entry.path));
  }
  return {};
}

}  // namespace millrace
