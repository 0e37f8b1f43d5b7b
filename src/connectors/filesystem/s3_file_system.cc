#include "connectors/filesystem/s3_file_system.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <future>
#include <limits>
#include <optional>

#include "connectors/filesystem/s3_objects.h"
#include "connectors/filesystem/s3_writers.h"

namespace millrace {

namespace {

constexpr size_t kChunkBytes = 4 << 20;

Error notThere(const S3Path& path) {
  return Error(ErrorKind::kNotFound, fmt::format("no object '{}'", path.text()));
}

std::string directoryKey(const S3Path& path) { return path.key.empty() ? "" : path.key + '/'; }

// One chunk in memory and the next one under way.
class S3Reader final : public RandomAccessFile {
 public:
  S3Reader(S3Objects& objects, S3Path path, S3ObjectInfo info)
      : objects_(objects), path_(std::move(path)), info_(std::move(info)) {}

  Result<uint64_t> size() override { return info_.file.size; }

  Result<size_t> read(uint64_t offset, char* data, size_t size) override {
    size_t done = 0;
    while (done < size && offset + done < info_.file.size) {
      uint64_t chunk = (offset + done) / kChunkBytes;
      if (chunk != loaded_) TRY(load(chunk));
      size_t at = offset + done - chunk * kChunkBytes;
      if (at >= chunk_.size()) break;
      size_t count = std::min(size - done, chunk_.size() - at);
      std::memcpy(data + done, chunk_.data() + at, count);
      done += count;
    }
    return done;
  }

 private:
  static constexpr uint64_t kNone = std::numeric_limits<uint64_t>::max();

  Status load(uint64_t chunk) {
    bool sequential = loaded_ == kNone ? chunk == 0 : chunk == loaded_ + 1;
    Result<std::string> bytes =
        chunk == aheadChunk_ && ahead_.valid() ? ahead_.get() : fetch(chunk);
    loaded_ = kNone;
    chunk_ = TRY(std::move(bytes));
    loaded_ = chunk;
    if (sequential && (chunk + 1) * kChunkBytes < info_.file.size) {
      aheadChunk_ = chunk + 1;
      ahead_ = std::async(std::launch::async, [this, next = chunk + 1] { return fetch(next); });
    }
    return {};
  }

  Result<std::string> fetch(uint64_t chunk) const {
    return objects_.get(path_, chunk * kChunkBytes, kChunkBytes, info_.etag);
  }

  S3Objects& objects_;
  S3Path path_;
  S3ObjectInfo info_;
  std::string chunk_;
  uint64_t loaded_ = kNone;
  uint64_t aheadChunk_ = kNone;
  std::future<Result<std::string>> ahead_;  // its end waits for the fetch
};

class S3FileSystem final : public FileSystem {
 public:
  explicit S3FileSystem(ClientContext context) : objects_(std::move(context)) {}

  Result<std::unique_ptr<RandomAccessFile>> openForRead(const std::string& text) override {
    S3Path path = TRY(parseS3Path(text));
    std::optional<S3ObjectInfo> info = TRY(objects_.head(path));
    if (!info) return notThere(path);
    return std::unique_ptr<RandomAccessFile>(
        std::make_unique<S3Reader>(objects_, std::move(path), std::move(*info)));
  }

  Result<std::unique_ptr<WritableFile>> create(const std::string& text) override {
    S3Path path = TRY(parseS3Path(text));
    if (std::optional<S3Path> target = uploadTarget(path)) {
      return beginMarkedUpload(objects_, std::move(path), std::move(*target));
    }
    return makeS3Writer(objects_, std::move(path));
  }

  Result<std::unique_ptr<WritableFile>> reopen(const std::string& path, uint64_t) override {
    return Error(ErrorKind::kUnsupported, fmt::format("appending to '{}'", path))
        .withHint("Objects of S3 are written once; use a local path.");
  }

  Result<FileInfo> stat(const std::string& text) override {
    S3Path path = TRY(parseS3Path(text));
    if (!path.key.empty()) {
      std::optional<S3ObjectInfo> info = TRY(objects_.head(path));
      if (info) return std::move(info->file);
    }
    if (TRY(objects_.list(path.with(directoryKey(path)), true, 1)).empty() && !path.key.empty()) {
      return notThere(path);
    }
    return FileInfo{path.text(), 0, 0, true};
  }

  // When S3 does not say, the file is taken to be there: whoever uses it then gets the error, and
  // nobody starts from nothing because a checkpoint could not be looked up.
  bool exists(const std::string& path) override {
    Result<FileInfo> found = stat(path);
    return found.ok() || found.error().kind() != ErrorKind::kNotFound;
  }

  Result<std::vector<FileInfo>> list(const std::string& text) override {
    S3Path path = TRY(parseS3Path(text));
    return objects_.list(path.with(directoryKey(path)), false, kNoLimit);
  }

  // Directories are there as soon as something is in them.
  Status makeDirectories(const std::string&) override { return {}; }
  Status syncDirectory(const std::string&) override { return {}; }

  Status rename(const std::string& fromText, const std::string& toText) override {
    S3Path from = TRY(parseS3Path(fromText));
    S3Path to = TRY(parseS3Path(toText));
    std::optional<S3Path> target = uploadTarget(from);
    if (target && target->key == to.key && target->bucket == to.bucket) {
      return completeMarkedUpload(objects_, from, to);
    }
    TRY(objects_.copy(from, to));
    return objects_.remove(from);
  }

  Status remove(const std::string& text) override {
    S3Path path = TRY(parseS3Path(text));
    if (std::optional<S3Path> target = uploadTarget(path)) {
      return abortMarkedUpload(objects_, path, *target);
    }
    return objects_.remove(path);
  }

  Status removeTree(const std::string& text) override {
    S3Path path = TRY(parseS3Path(text));
    std::vector<std::string> keys;
    for (const FileInfo& file : TRY(objects_.list(path.with(directoryKey(path)), true, kNoLimit))) {
      S3Path below = TRY(parseS3Path(file.path));
      if (uploadTarget(below)) TRY(remove(file.path));
      keys.push_back(std::move(below.key));
    }
    if (!path.key.empty()) keys.push_back(path.key);
    return objects_.removeAll(path, keys);
  }

 private:
  static constexpr size_t kNoLimit = std::numeric_limits<size_t>::max();

  S3Objects objects_;
};

}  // namespace

bool isS3Path(std::string_view path) {
  return path.starts_with("s3://") || path.starts_with("s3a://");
}

std::unique_ptr<FileSystem> makeS3FileSystem(ClientContext context) {
  return std::make_unique<S3FileSystem>(std::move(context));
}

}  // namespace millrace
