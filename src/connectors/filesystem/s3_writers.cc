#include "connectors/filesystem/s3_writers.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <future>
#include <nlohmann/json.hpp>

namespace millrace {

namespace {

// S3 allows 10,000 parts of 5 MiB at least: parts grow so that large objects fit.
constexpr size_t kPartBytes = 8 << 20;
constexpr int32_t kPartsBeforeGrowth = 1000;
constexpr size_t kUploadsAtOnce = 3;

// The parts of one multipart upload, sent by threads of their own; at most three at once.
class PartUploads {
 public:
  PartUploads(S3Objects& objects, S3Path target, std::string uploadId)
      : objects_(objects), target_(std::move(target)), uploadId_(std::move(uploadId)) {}

  Status send(std::string bytes) {
    if (running_.size() >= kUploadsAtOnce) TRY(wait());
    int32_t number = ++last_;
    running_.push_back(std::async(std::launch::async, [this, number, data = std::move(bytes)] {
      return objects_.uploadPart(target_, uploadId_, number, data);
    }));
    return {};
  }

  // Waits for all.
  Result<std::vector<S3Part>> finish() {
    while (!running_.empty()) TRY(wait());
    return done_;
  }

  size_t nextPartBytes() const {
    return kPartBytes << std::min<int32_t>(last_ / kPartsBeforeGrowth, 6);
  }
  const S3Path& target() const { return target_; }
  const std::string& uploadId() const { return uploadId_; }

 private:
  Status wait() {
    Result<S3Part> part = running_.front().get();
    running_.pop_front();
    done_.push_back(TRY(std::move(part)));
    return {};
  }

  S3Objects& objects_;
  S3Path target_;
  std::string uploadId_;
  int32_t last_ = 0;
  std::vector<S3Part> done_;
  std::deque<std::future<Result<S3Part>>> running_;  // their end waits for the threads
};

// What both kinds of files share: bytes are gathered into parts.
class PartedFile : public WritableFile {
 public:
  Status append(std::string_view data) override {
    buffer_ += data;
    size_ += data.size();
    while (buffer_.size() >= (uploads_ ? uploads_->nextPartBytes() : kPartBytes)) {
      if (!uploads_) TRY(begin());
      size_t bytes = uploads_->nextPartBytes();
      std::string rest = buffer_.substr(bytes);
      buffer_.resize(bytes);
      TRY(uploads_->send(std::exchange(buffer_, std::move(rest))));
    }
    return {};
  }

  uint64_t size() const override { return size_; }
  // Durable when it is closed.
  Status sync() override { return {}; }
  Status flush() override { return {}; }

 protected:
  explicit PartedFile(S3Objects& objects) : objects_(objects) {}
  virtual Status begin() = 0;  // sets uploads_

  S3Objects& objects_;
  std::string buffer_;
  uint64_t size_ = 0;
  std::unique_ptr<PartUploads> uploads_;
};

class S3Writer final : public PartedFile {
 public:
  S3Writer(S3Objects& objects, S3Path path) : PartedFile(objects), path_(std::move(path)) {}
  ~S3Writer() override {
    if (closed_ || !uploads_) return;
    (void)uploads_->finish().ok();
    (void)objects_.abortUpload(path_, uploads_->uploadId()).ok();
  }

  Status close() override {
    if (closed_) return {};
    if (!uploads_) {
      closed_ = true;
      return objects_.put(path_, std::move(buffer_));
    }
    if (!buffer_.empty()) TRY(uploads_->send(std::move(buffer_)));
    std::vector<S3Part> parts = TRY(uploads_->finish());
    bool done = TRY(objects_.completeUpload(path_, uploads_->uploadId(), parts));
    if (!done) {
      return Error(ErrorKind::kIo,
                   fmt::format("the upload of '{}' was given up by somebody else", path_.text()));
    }
    closed_ = true;
    return {};
  }

 private:
  Status begin() override {
    std::string id = TRY(objects_.beginUpload(path_));
    uploads_ = std::make_unique<PartUploads>(objects_, path_, std::move(id));
    return {};
  }

  S3Path path_;
  bool closed_ = false;
};

std::string markerText(const std::string& uploadId, const std::vector<S3Part>* parts) {
  nlohmann::json json;
  json["uploadId"] = uploadId;
  if (parts != nullptr) {
    json["parts"] = nlohmann::json::array();
    for (const S3Part& part : *parts) json["parts"].push_back({part.number, part.etag});
  }
  return json.dump();
}

struct Marker {
  std::string uploadId;
  bool closed = false;
  std::vector<S3Part> parts;
};

Result<Marker> readMarker(S3Objects& objects, const S3Path& path) {
  constexpr size_t kMaxBytes = 4 << 20;
  std::string text = TRY(objects.get(path, 0, kMaxBytes, ""));
  nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  auto damaged = [&] {
    return Error(ErrorKind::kCorruptData,
                 fmt::format("'{}' does not describe an upload", path.text()))
        .withHint("Remove it if nothing needs the rows that it stood for.");
  };
  Marker marker;
  try {
    marker.uploadId = json.at("uploadId").get<std::string>();
    marker.closed = json.contains("parts");
    if (!marker.closed) return marker;
    for (const auto& part : json.at("parts")) {
      marker.parts.push_back({part.at(0).get<int32_t>(), part.at(1).get<std::string>()});
    }
  } catch (const std::exception&) {
    return damaged();
  }
  return marker;
}

class MarkedUpload final : public PartedFile {
 public:
  MarkedUpload(S3Objects& objects, S3Path marker, S3Path target, std::string uploadId)
      : PartedFile(objects), marker_(std::move(marker)) {
    uploads_ = std::make_unique<PartUploads>(objects, std::move(target), std::move(uploadId));
  }

  Status close() override {
    if (closed_) return {};
    // An upload needs one part at least.
    if (!buffer_.empty() || size_ == 0) TRY(uploads_->send(std::move(buffer_)));
    std::vector<S3Part> parts = TRY(uploads_->finish());
    TRY(objects_.put(marker_, markerText(uploads_->uploadId(), &parts)));
    closed_ = true;
    return {};
  }

 private:
  Status begin() override { return {}; }

  S3Path marker_;
  bool closed_ = false;
};

}  // namespace

Result<std::unique_ptr<WritableFile>> makeS3Writer(S3Objects& objects, S3Path path) {
  return std::unique_ptr<WritableFile>(std::make_unique<S3Writer>(objects, std::move(path)));
}

std::optional<S3Path> uploadTarget(const S3Path& marker) {
  constexpr std::string_view kSuffix = ".inprogress";
  size_t slash = marker.key.rfind('/');
  size_t name = slash == std::string::npos ? 0 : slash + 1;
  std::string_view text = std::string_view(marker.key).substr(name);
  if (!text.starts_with('.') || !text.ends_with(kSuffix) || text.size() < kSuffix.size() + 2) {
    return {};
  }
  text = text.substr(1, text.size() - 1 - kSuffix.size());
  return marker.with(marker.key.substr(0, name) + std::string(text));
}

Result<std::unique_ptr<WritableFile>> beginMarkedUpload(S3Objects& objects, S3Path marker,
                                                        S3Path target) {
  std::string id = TRY(objects.beginUpload(target));
  Status marked = objects.put(marker, markerText(id, nullptr));
  if (!marked.ok()) {
    (void)objects.abortUpload(target, id).ok();
    return std::move(marked).error();
  }
  return std::unique_ptr<WritableFile>(
      std::make_unique<MarkedUpload>(objects, std::move(marker), std::move(target), id));
}

Status completeMarkedUpload(S3Objects& objects, const S3Path& marker, const S3Path& target) {
  Marker read = TRY(readMarker(objects, marker));
  if (!read.closed) {
    return Error(ErrorKind::kRestore,
                 fmt::format("the upload of '{}' was not finished", target.text()));
  }
  bool completed = TRY(objects.completeUpload(target, read.uploadId, read.parts));
  // An attempt before this one may have completed it and ended before it removed the marker.
  if (!completed && !TRY(objects.head(target))) {
    return Error(
               ErrorKind::kRestore,
               fmt::format("the upload of '{}', which a checkpoint holds, is gone", target.text()))
        .withHint(
            "A rule of the bucket may end uploads too early: give it more days than a job may be "
            "stopped.");
  }
  return objects.remove(marker);
}

Status abortMarkedUpload(S3Objects& objects, const S3Path& marker, const S3Path& target) {
  Result<Marker> read = readMarker(objects, marker);
  if (read.ok()) TRY(objects.abortUpload(target, read.value().uploadId));
  return objects.remove(marker);
}

}  // namespace millrace
