#include "env/sim/sim_file_system.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "env/sim/sim_env.h"

namespace millrace {

namespace {

// Without "file://", double and trailing slashes.
std::string cleanPath(std::string_view path) {
  constexpr std::string_view kScheme = "file://";
  if (path.substr(0, kScheme.size()) == kScheme) path.remove_prefix(kScheme.size());
  std::string clean;
  for (char c : path) {
    if (c != '/' || clean.empty() || clean.back() != '/') clean += c;
  }
  if (clean.size() > 1 && clean.back() == '/') clean.pop_back();
  return clean;
}

std::string parentOf(const std::string& path) {
  size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Error notFound(const char* action, const std::string& path) {
  return Error(ErrorKind::kNotFound,
               fmt::format("could not {} '{}': No such file or directory", action, path))
      .withHint("Check the path.");
}

}  // namespace

class SimReader final : public RandomAccessFile {
 public:
  SimReader(SimFileSystem& files, SimFileSystem::FilePtr file, std::string path)
      : files_(files), file_(std::move(file)), path_(std::move(path)) {}

  Result<size_t> read(uint64_t offset, char* data, size_t size) override {
    std::lock_guard lock(files_.mutex_);
    TRY(files_.operate("read", path_));
    if (offset >= file_->content.size()) return size_t{0};
    size_t count = std::min<size_t>(size, file_->content.size() - offset);
    std::memcpy(data, file_->content.data() + offset, count);
    return count;
  }
  Result<uint64_t> size() override {
    std::lock_guard lock(files_.mutex_);
    return uint64_t{file_->content.size()};
  }

 private:
  SimFileSystem& files_;
  SimFileSystem::FilePtr file_;
  std::string path_;
};

class SimWriter final : public WritableFile {
 public:
  SimWriter(SimFileSystem& files, SimFileSystem::FilePtr file, std::string path)
      : files_(files), file_(std::move(file)), path_(std::move(path)), epoch_(files.epoch_) {}

  Status append(std::string_view data) override {
    std::lock_guard lock(files_.mutex_);
    TRY(operate("write"));
    file_->content.append(data);
    file_->modifiedMillis = files_.clock_.nowMillis();
    return {};
  }
  uint64_t size() const override {
    std::lock_guard lock(files_.mutex_);
    return file_->content.size();
  }
  Status flush() override {
    std::lock_guard lock(files_.mutex_);
    return operate("flush");
  }
  Status sync() override {
    std::lock_guard lock(files_.mutex_);
    TRY(operate("sync"));
    file_->durable = file_->content;
    auto entry = files_.files_.find(path_);
    if (entry != files_.files_.end() && entry->second == file_) {
      files_.durableFiles_[path_] = file_;
    }
    return {};
  }
  Status close() override {
    std::lock_guard lock(files_.mutex_);
    return operate("close");
  }

 private:
  Status operate(const char* action) {
    if (epoch_ != files_.epoch_) {
      return Error(ErrorKind::kIo, fmt::format("could not {} '{}': stale handle", action, path_));
    }
    return files_.operate(action, path_);
  }

  SimFileSystem& files_;
  SimFileSystem::FilePtr file_;
  std::string path_;
  uint64_t epoch_;
};

void SimFileSystem::crash() {
  std::lock_guard lock(mutex_);
  ++epoch_;
  operationsLeft_ = UINT64_MAX;
  files_ = durableFiles_;
  for (auto& [path, file] : files_) {
    // A new object: readers and writers from before the crash keep the old one.
    file = std::make_shared<File>(File{file->durable, file->durable, file->modifiedMillis});
  }
  durableFiles_ = files_;
}

void SimFileSystem::setDelayMicros(int64_t upTo) {
  std::lock_guard lock(mutex_);
  delayMicros_ = upTo;
}

void SimFileSystem::failAfter(uint64_t count) {
  std::lock_guard lock(mutex_);
  operationsLeft_ = count;
  losesPower_ = false;
}

void SimFileSystem::losePowerAfter(uint64_t count) {
  std::lock_guard lock(mutex_);
  operationsLeft_ = count;
  losesPower_ = true;
}

Status SimFileSystem::operate(const char* action, const std::string& path) {
  if (delayMicros_ > 0) {
    clock_.advanceMicros(static_cast<int64_t>(random_.next() % uint64_t(delayMicros_)));
  }
  if (operationsLeft_ == UINT64_MAX) return {};
  if (operationsLeft_ > 0) {
    --operationsLeft_;
    return {};
  }
  if (!losesPower_) operationsLeft_ = UINT64_MAX;
  return Error(ErrorKind::kIo, fmt::format("could not {} '{}': injected failure", action, path));
}

Result<SimFileSystem::FilePtr> SimFileSystem::find(const char* action, const std::string& path) {
  TRY(operate(action, path));
  auto entry = files_.find(cleanPath(path));
  if (entry == files_.end()) return notFound(action, path);
  return entry->second;
}

bool SimFileSystem::isDirectory(const std::string& path) const {
  if (path == "/" || path == "." || directories_.contains(path)) return true;
  auto below = files_.lower_bound(path + "/");
  return below != files_.end() && below->first.compare(0, path.size() + 1, path + "/") == 0;
}

Result<std::unique_ptr<RandomAccessFile>> SimFileSystem::openForRead(const std::string& path) {
  std::lock_guard lock(mutex_);
  FilePtr file = TRY(find("open", path));
  return std::unique_ptr<RandomAccessFile>(std::make_unique<SimReader>(*this, file, path));
}

Result<std::unique_ptr<WritableFile>> SimFileSystem::create(const std::string& path) {
  std::lock_guard lock(mutex_);
  TRY(operate("create", path));
  std::string clean = cleanPath(path);
  if (isDirectory(clean)) {
    return Error(ErrorKind::kIo, fmt::format("could not create '{}': Is a directory", path));
  }
  auto file = std::make_shared<File>();
  file->modifiedMillis = clock_.nowMillis();
  files_[clean] = file;
  return std::unique_ptr<WritableFile>(std::make_unique<SimWriter>(*this, file, clean));
}

Result<std::unique_ptr<WritableFile>> SimFileSystem::reopen(const std::string& path,
                                                            uint64_t size) {
  std::lock_guard lock(mutex_);
  FilePtr file = TRY(find("open", path));
  if (file->content.size() < size) {
    return Error(ErrorKind::kCorruptData,
                 fmt::format("file '{}' has {} bytes, at least {} expected", path,
                             file->content.size(), size))
        .withHint("It was cut or replaced since it was written; restore it or start afresh.");
  }
  file->content.resize(size);
  return std::unique_ptr<WritableFile>(std::make_unique<SimWriter>(*this, file, cleanPath(path)));
}

Result<FileInfo> SimFileSystem::stat(const std::string& path) {
  std::lock_guard lock(mutex_);
  TRY(operate("stat", path));
  std::string clean = cleanPath(path);
  auto entry = files_.find(clean);
  if (entry != files_.end()) {
    return FileInfo{path, entry->second->content.size(), entry->second->modifiedMillis, false};
  }
  if (!isDirectory(clean)) return notFound("stat", path);
  return FileInfo{path, 0, 0, true};
}

bool SimFileSystem::exists(const std::string& path) {
  std::lock_guard lock(mutex_);
  std::string clean = cleanPath(path);
  return files_.contains(clean) || isDirectory(clean);
}

Result<std::vector<FileInfo>> SimFileSystem::list(const std::string& directory) {
  std::lock_guard lock(mutex_);
  TRY(operate("list", directory));
  std::string clean = cleanPath(directory);
  if (!isDirectory(clean)) return notFound("list", directory);
  std::string prefix = clean == "/" ? "/" : clean + "/";
  std::map<std::string, FileInfo> entries;
  auto isBelow = [&](const std::string& path) {
    return path.size() > prefix.size() && path.compare(0, prefix.size(), prefix) == 0;
  };
  for (const auto& [path, file] : files_) {
    if (!isBelow(path)) continue;
    size_t slash = path.find('/', prefix.size());
    std::string entry = path.substr(0, slash);
    bool isDirectory = slash != std::string::npos;
    entries[entry] = isDirectory
                         ? FileInfo{entry, 0, 0, true}
                         : FileInfo{entry, file->content.size(), file->modifiedMillis, false};
  }
  for (const std::string& path : directories_) {
    if (!isBelow(path)) continue;
    std::string entry = path.substr(0, path.find('/', prefix.size()));
    entries[entry] = FileInfo{entry, 0, 0, true};
  }
  std::vector<FileInfo> result;
  for (auto& [path, info] : entries) result.push_back(std::move(info));
  return result;
}

Status SimFileSystem::makeDirectories(const std::string& path) {
  std::lock_guard lock(mutex_);
  TRY(operate("make directory", path));
  for (std::string part = cleanPath(path); part != "/" && part != "."; part = parentOf(part)) {
    if (files_.contains(part)) {
      return Error(ErrorKind::kIo, fmt::format("could not make directory '{}': File exists", path));
    }
    directories_.insert(part);
  }
  return {};
}

Status SimFileSystem::rename(const std::string& from, const std::string& to) {
  std::lock_guard lock(mutex_);
  FilePtr file = TRY(find("rename", from));
  files_.erase(cleanPath(from));
  files_[cleanPath(to)] = file;
  return {};
}

Status SimFileSystem::remove(const std::string& path) {
  std::lock_guard lock(mutex_);
  TRY(operate("remove", path));
  std::string clean = cleanPath(path);
  bool removed = files_.erase(clean) > 0 || directories_.erase(clean) > 0;
  if (!removed) return notFound("remove", path);
  return {};
}

Status SimFileSystem::removeTree(const std::string& path) {
  std::lock_guard lock(mutex_);
  TRY(operate("remove", path));
  std::string clean = cleanPath(path);
  auto isInside = [&](const std::string& entry) {
    return entry == clean || entry.compare(0, clean.size() + 1, clean + "/") == 0;
  };
  std::erase_if(files_, [&](const auto& entry) { return isInside(entry.first); });
  std::erase_if(directories_, isInside);
  return {};
}

Status SimFileSystem::syncDirectory(const std::string& path) {
  std::lock_guard lock(mutex_);
  TRY(operate("sync", path));
  std::string clean = cleanPath(path);
  std::erase_if(durableFiles_, [&](const auto& entry) {
    return parentOf(entry.first) == clean && !files_.contains(entry.first);
  });
  for (const auto& [entry, file] : files_) {
    if (parentOf(entry) == clean) durableFiles_[entry] = file;
  }
  return {};
}

}  // namespace millrace
