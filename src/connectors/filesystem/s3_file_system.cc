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
constexpr const char* kAnyRegion = "us-east-1";

Error notThere(const S3Path& path) {
  return Error(ErrorKind::kNotFound, fmt::format("no object '{}'", path.text()));
}

std::string directoryKey(const S3Path& path) { return path.key.empty() ? "" : path.key + '/'; }

ClientOptions clientOptions(const ClientContext& context, const S3Settings& settings) {
  ClientOptions options;
  options.endpoint = settings.endpoint;
  options.region = settings.region;
  // Nobody asks where an endpoint of one's own is; signatures have to name some region.
  if (!settings.endpoint.empty() && !findRegion(context, settings.region).ok()) {
    options.region = kAnyRegion;
  }
  if (!settings.accessKey.empty()) {
    options.credentials =
        makeStaticCredentials({settings.accessKey, settings.secretKey, settings.sessionToken});
  }
  options.pathStyle = settings.pathStyle.value_or(false);
  options.virtualHosts = !settings.pathStyle.value_or(true);
  return options;
}

// A window of the object in memory. It grows while reading is sequential, and then the next one is
// under way; whoever reads much at once gets just that.
class S3Reader final : public RandomAccessFile {
 public:
  S3Reader(S3Objects& objects, S3Path path, S3ObjectInfo info)
      : objects_(objects), path_(std::move(path)), info_(std::move(info)) {}

  Result<uint64_t> size() override { return info_.file.size; }

  Result<size_t> read(uint64_t offset, char* data, size_t size) override {
    size_t done = 0;
    while (done < size && offset + done < info_.file.size) {
      uint64_t at = offset + done;
      if (at < begin_ || at >= windowEnd()) TRY(load(at, size - done));
      if (window_.empty()) break;
      size_t skipped = static_cast<size_t>(at - begin_);
      size_t count = std::min(size - done, window_.size() - skipped);
      std::memcpy(data + done, window_.data() + skipped, count);
      done += count;
    }
    return done;
  }

 private:
  uint64_t windowEnd() const { return begin_ + window_.size(); }

  Status load(uint64_t at, size_t wanted) {
    // A file that is read from its beginning is read to its end as a rule.
    bool sequential = at == windowEnd();
    if (!sequential) grown_ = kLeastBytes;
    bool isAhead = ahead_.valid() && aheadBegin_ == at;
    Result<std::string> bytes = isAhead ? ahead_.get() : fetch(at, std::max(wanted, grown_));
    window_.clear();
    begin_ = at;
    window_ = TRY(std::move(bytes));
    if (sequential) grown_ = std::min(grown_ * 2, kChunkBytes);
    if (!sequential || wanted >= kChunkBytes || windowEnd() >= info_.file.size) return {};
    aheadBegin_ = windowEnd();
    ahead_ = std::async(std::launch::async,
                        [this, next = aheadBegin_, count = grown_] { return fetch(next, count); });
    return {};
  }

  Result<std::string> fetch(uint64_t at, size_t count) const {
    return objects_.get(path_, at, count, info_.etag);
  }

  static constexpr size_t kLeastBytes = 64 << 10;

  S3Objects& objects_;
  S3Path path_;
  S3ObjectInfo info_;
  std::string window_;
  uint64_t begin_ = 0;  // of the window
  size_t grown_ = kChunkBytes;
  uint64_t aheadBegin_ = 0;
  std::future<Result<std::string>> ahead_;  // its end waits for the fetch
};

class S3FileSystem final : public FileSystem {
 public:
  S3FileSystem(const ClientContext& context, const S3Settings& settings)
      : objects_(context, clientOptions(context, settings)) {}

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

std::unique_ptr<FileSystem> makeS3FileSystem(ClientContext context, const S3Settings& settings) {
  return std::make_unique<S3FileSystem>(context, settings);
}

}  // namespace millrace
