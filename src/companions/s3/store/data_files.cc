#include "companions/s3/store/data_files.h"

#include <fmt/format.h>

namespace millrace::s3 {

FileLease::~FileLease() { files_.release(sequence_); }

IncomingFile::~IncomingFile() {
  if (!file_) return;
  file_.reset();
  files_->remove(id_);
}

Status IncomingFile::finish() {
  TRY(file_->sync());
  TRY(file_->close());
  return files_->env_.files().syncDirectory(files_->directory_ + "/incoming");
}

void IncomingFile::keep() {
  file_.reset();
  files_->warn(files_->move(id_));
}

Result<std::unique_ptr<DataFiles>> DataFiles::open(Env& env, Log& log, std::string directory) {
  std::unique_ptr<DataFiles> files(new DataFiles(env, log, std::move(directory)));
  TRY(env.files().makeDirectories(files->directory_ + "/incoming"));
  TRY(env.files().makeDirectories(files->directory_ + "/objects"));
  TRY(env.files().syncDirectory(files->directory_));
  return files;
}

void DataFiles::warn(const Status& status) {
  if (!status.ok()) log_.warning("s3: data file", {{"error", status.error().message()}});
}

std::string DataFiles::incomingPath(std::string_view id) const {
  return fmt::format("{}/incoming/{}", directory_, id);
}

std::string DataFiles::objectPath(std::string_view id) const {
  return fmt::format("{}/objects/{}/{}", directory_, id.substr(0, 2), id);
}

Result<IncomingFile> DataFiles::create() {
  std::string id = fmt::format("{:016x}{:016x}", env_.random().next(), env_.random().next());
  auto file = TRY(env_.files().create(incomingPath(id)));
  return IncomingFile(*this, std::move(id), std::move(file));
}

Result<std::unique_ptr<RandomAccessFile>> DataFiles::openForRead(const std::string& id) {
  auto file = env_.files().openForRead(objectPath(id));
  if (file.ok() || file.error().kind() != ErrorKind::kNotFound) return file;
  // It may be moved between the two tries.
  auto early = env_.files().openForRead(incomingPath(id));
  if (early.ok() || early.error().kind() != ErrorKind::kNotFound) return early;
  return env_.files().openForRead(objectPath(id));
}

std::shared_ptr<FileLease> DataFiles::lease() {
  std::lock_guard lock(mutex_);
  uint64_t sequence = nextSequence_++;
  leases_.insert(sequence);
  return std::make_shared<FileLease>(*this, sequence);
}

void DataFiles::release(uint64_t sequence) {
  {
    std::lock_guard lock(mutex_);
    leases_.erase(sequence);
  }
  collect();
}

void DataFiles::retire(std::vector<std::string> ids) {
  if (ids.empty()) return;
  {
    std::lock_guard lock(mutex_);
    for (std::string& id : ids) retired_.push_back({nextSequence_++, std::move(id)});
  }
  collect();
}

void DataFiles::collect() {
  std::vector<std::string> free;
  {
    std::lock_guard lock(mutex_);
    uint64_t covered = leases_.empty() ? nextSequence_ : *leases_.begin();
    while (!retired_.empty() && retired_.front().sequence < covered) {
      free.push_back(std::move(retired_.front().id));
      retired_.pop_front();
    }
  }
  for (const std::string& id : free) remove(id);
  if (free.empty()) return;
  std::lock_guard lock(mutex_);
  for (std::string& id : free) removed_.push_back(std::move(id));
}

std::vector<std::string> DataFiles::takeRemoved() {
  std::lock_guard lock(mutex_);
  return std::exchange(removed_, {});
}

Result<std::vector<std::string>> DataFiles::incoming() {
  std::vector<std::string> ids;
  for (const FileInfo& info : TRY(env_.files().list(directory_ + "/incoming"))) {
    ids.push_back(info.path.substr(info.path.rfind('/') + 1));
  }
  return ids;
}

Status DataFiles::move(const std::string& id) {
  std::string to = objectPath(id);
  TRY(env_.files().makeDirectories(to.substr(0, to.rfind('/'))));
  return env_.files().rename(incomingPath(id), to);
}

void DataFiles::remove(const std::string& id) {
  for (const std::string& path : {objectPath(id), incomingPath(id)}) {
    Status removed = env_.files().remove(path);
    if (!removed.ok() && removed.error().kind() != ErrorKind::kNotFound) warn(removed);
  }
}

}  // namespace millrace::s3
