#include "cli/state_directory.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "env/file_system.h"

namespace millrace {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormatVersion = 1;
constexpr size_t kJobIdDigits = 32;

bool isJobId(const std::string& text) {
  return text.size() == kJobIdDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Error unreadable(const std::string& file, std::string_view why) {
  return Error(ErrorKind::kCorruptData, fmt::format("'{}' is damaged: {}", file, why))
      .withHint("Restore it from a backup, or use another state directory.");
}

Error notAStateDirectory(const std::string& path, std::string_view name) {
  return Error(ErrorKind::kInvalidOption,
               fmt::format("'{}' is not a state directory: it has '{}' and no 'job.json'", path,
                           name))
      .withHint("Give a directory that is empty or does not exist.");
}

}  // namespace

Result<std::unique_ptr<StateDirectory>> StateDirectory::open(Env& env, std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  std::unique_ptr<StateDirectory> directory(new StateDirectory(env, std::move(path)));
  const std::string& root = directory->path_;
  TRY(env.files().makeDirectories(root));
  int64_t holder = 0;
  Result<std::unique_ptr<FileLock>> lock = FileLock::acquire(root + "/lock", &holder);
  if (!lock.ok() && holder != 0) {
    return Error(ErrorKind::kPermission,
                 fmt::format("state directory '{}' is in use by process {}", root, holder))
        .withHint("Stop that process, or use another state directory.");
  }
  directory->lock_ = TRY(std::move(lock));
  if (env.files().exists(root + "/job.json")) {
    TRY(directory->readJob());
  } else {
    TRY(directory->makeJob());
  }
  return directory;
}

Result<std::optional<RecoveryChoice>> StateDirectory::newestCheckpoint(Env& env, std::string path) {
  StateDirectory directory(env, plainPath(std::move(path)));
  if (!env.files().exists(directory.path_ + "/job.json")) return std::optional<RecoveryChoice>();
  TRY(directory.readJob());
  std::vector<FoundCheckpoint> found =
      TRY(findCheckpoints(env.files(), directory.checkpointRoot(), TRY(directory.savepoints())));
  if (found.empty()) return std::optional<RecoveryChoice>();
  return std::optional<RecoveryChoice>(TRY(chooseCheckpoint(env.files(), found)));
}

std::string StateDirectory::checkpointRoot() const {
  return fmt::format("{}/checkpoints/{}", path_, jobId_);
}

Result<std::vector<std::string>> StateDirectory::savepoints() const {
  std::vector<std::string> savepoints;
  std::string place = path_ + "/savepoints";
  if (!env_.files().exists(place)) return savepoints;
  for (const FileInfo& entry : TRY(env_.files().list(place))) savepoints.push_back(entry.path);
  return savepoints;
}

Status StateDirectory::readJob() {
  std::string file = path_ + "/job.json";
  std::string text = TRY(readFile(env_.files(), file));
  try {
    Json json = Json::parse(text);
    int version = json.at("formatVersion").get<int>();
    if (version != kFormatVersion) {
      return Error(ErrorKind::kRestore, fmt::format("'{}' has format version {}, expected {}", file,
                                                    version, kFormatVersion))
          .withHint("Use the version of the program that wrote it.");
    }
    jobId_ = json.at("jobId").get<std::string>();
    // The first files had none.
    started_ = json.value("started", false);
    finished_ = json.at("finished").get<bool>();
  } catch (const std::exception& failure) {
    return unreadable(file, failure.what());
  }
  if (!isJobId(jobId_)) return unreadable(file, fmt::format("job id '{}'", jobId_));
  return {};
}

Status StateDirectory::makeJob() {
  for (const FileInfo& entry : TRY(env_.files().list(path_))) {
    std::string_view name = baseName(entry.path);
    // The second is left when the machine stopped while the file was written.
    if (name != "lock" && name != "job.json.tmp") return notAStateDirectory(path_, name);
  }
  jobId_ = fmt::format("{:016x}{:016x}", env_.random().next(), env_.random().next());
  return writeJob();
}

Status StateDirectory::writeJob() {
  Json json;
  json["formatVersion"] = kFormatVersion;
  json["jobId"] = jobId_;
  json["started"] = started_;
  json["finished"] = finished_;
  return writeFileAtomically(env_.files(), path_ + "/job.json", json.dump(2) + "\n");
}

Status StateDirectory::markFinished() {
  finished_ = true;
  return writeJob();
}

Result<StateDirectory::Messages> StateDirectory::prepare(JobOptions& options) {
  Messages messages;
  if (!options.checkpoints.directory.empty() || !options.checkpoints.savepointDirectory.empty()) {
    messages.push_back(fmt::format(
        "note: checkpoints and savepoints go to '{}', not where the script says", path_));
  }
  options.jobId = jobId_;
  options.checkpoints.directory = path_ + "/checkpoints";
  options.checkpoints.savepointDirectory = path_ + "/savepoints";
  options.checkpoints.retention = CheckpointRetention::kAlways;

  Resumption resumption = TRY(findResumption(env_.files(), checkpointRoot(), TRY(savepoints())));
  options.checkpoints.firstId = resumption.firstId;
  for (const std::string& warning : resumption.warnings) messages.push_back("warning: " + warning);
  if (!resumption.checkpoint && started_) {
    messages.push_back(fmt::format(
        "warning: the job was started before, and there is no complete checkpoint of it in '{}': "
        "it starts anew",
        path_));
  }
  if (!started_) {
    started_ = true;
    TRY(writeJob());
  }
  if (!resumption.checkpoint) return messages;
  options.checkpoints.restorePath = resumption.checkpoint->path;
  messages.push_back(fmt::format("the job goes on from checkpoint {} ('{}')",
                                 resumption.checkpoint->id, resumption.checkpoint->path));
  return messages;
}

}  // namespace millrace
