#include "connectors/filesystem/s3_objects.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/client/call_error.h"
#include "aws/model/generated/s3/abort_multipart_upload.h"
#include "aws/model/generated/s3/complete_multipart_upload.h"
#include "aws/model/generated/s3/copy_object.h"
#include "aws/model/generated/s3/create_multipart_upload.h"
#include "aws/model/generated/s3/delete_object.h"
#include "aws/model/generated/s3/delete_objects.h"
#include "aws/model/generated/s3/get_object.h"
#include "aws/model/generated/s3/head_object.h"
#include "aws/model/generated/s3/list_objects_v2.h"
#include "aws/model/generated/s3/put_object.h"
#include "aws/model/generated/s3/service.h"
#include "aws/model/generated/s3/upload_part.h"
#include "http/url.h"

namespace millrace {

namespace {

constexpr int kMaxAttempts = 5;

Error failed(const ApiError& error, std::string_view action, const S3Path& path) {
  Error converted = callError(error, fmt::format("cannot {} '{}'", action, path.text()));
  if (error.code() == "NoSuchBucket") {
    return std::move(converted).withHint(
        fmt::format("Create the bucket '{}', or correct the path.", path.bucket));
  }
  if (error.code() == "PreconditionFailed") {
    return std::move(converted).withHint("The object was changed while it was read.");
  }
  return converted;
}

ClientOptions withAttempts(ClientOptions options) {
  options.maxAttempts = kMaxAttempts;
  return options;
}

// Keys are listed in URL encoding, because XML cannot hold every character that keys may have.
std::string decodedKey(const std::optional<std::string>& key) {
  return percentDecode(key.value_or(""), true);
}

}  // namespace

Result<S3Path> parseS3Path(const std::string& path) {
  size_t begin = path.find("://");
  size_t slash = begin == std::string::npos ? begin : path.find('/', begin + 3);
  S3Path parsed;
  parsed.root = path.substr(0, slash);
  parsed.bucket = begin == std::string::npos ? "" : parsed.root.substr(begin + 3);
  if (parsed.bucket.empty()) {
    return Error(ErrorKind::kInvalidOption, fmt::format("path '{}' names no bucket", path))
        .withHint("Write s3://bucket/key.");
  }
  if (slash != std::string::npos) parsed.key = path.substr(slash + 1);
  while (parsed.key.ends_with('/')) parsed.key.pop_back();
  return parsed;
}

S3Objects::S3Objects(ClientContext context, ClientOptions options)
    : client_(std::move(context), s3::kModel, withAttempts(std::move(options))) {}

Result<std::optional<S3ObjectInfo>> S3Objects::head(const S3Path& path) {
  s3::HeadObjectRequest request;
  request.bucket = path.bucket;
  request.key = path.key;
  auto found = client_.call<s3::HeadObjectOperation>(request);
  if (!found.ok()) {
    if (found.error().status() == 404) return std::optional<S3ObjectInfo>();
    return failed(found.error(), "look for", path);
  }
  S3ObjectInfo info;
  info.file.path = path.text();
  info.file.size = static_cast<uint64_t>(found.value().contentLength.value_or(0));
  info.file.modifiedMillis = found.value().lastModified.value_or(Timestamp()).millis;
  info.etag = found.value().eTag.value_or("");
  return std::optional<S3ObjectInfo>(std::move(info));
}

Result<std::string> S3Objects::get(const S3Path& path, uint64_t offset, size_t size,
                                   const std::string& etag) {
  s3::GetObjectRequest request;
  request.bucket = path.bucket;
  request.key = path.key;
  request.range = fmt::format("bytes={}-{}", offset, offset + size - 1);
  if (!etag.empty()) request.ifMatch = etag;
  auto got = client_.call<s3::GetObjectOperation>(request);
  if (!got.ok()) {
    if (got.error().status() == 416) return std::string();
    return failed(got.error(), "read", path);
  }
  return readAll(*got.value().body, size);
}

Status S3Objects::put(const S3Path& path, std::string bytes) {
  s3::PutObjectRequest request;
  request.bucket = path.bucket;
  request.key = path.key;
  request.body = bodyFromString(std::move(bytes));
  auto done = client_.call<s3::PutObjectOperation>(request);
  if (!done.ok()) return failed(done.error(), "write", path);
  return {};
}

Status S3Objects::copy(const S3Path& from, const S3Path& to) {
  s3::CopyObjectRequest request;
  request.bucket = to.bucket;
  request.key = to.key;
  request.copySource = percentEncode(from.bucket + '/' + from.key, "/");
  auto done = client_.call<s3::CopyObjectOperation>(request);
  if (!done.ok()) return failed(done.error(), "copy", from);
  return {};
}

Status S3Objects::remove(const S3Path& path) {
  s3::DeleteObjectRequest request;
  request.bucket = path.bucket;
  request.key = path.key;
  auto done = client_.call<s3::DeleteObjectOperation>(request);
  if (!done.ok()) return failed(done.error(), "remove", path);
  return {};
}

Status S3Objects::removeAll(const S3Path& bucket, const std::vector<std::string>& keys) {
  constexpr size_t kAtOnce = 1000;
  for (size_t i = 0; i < keys.size(); i += kAtOnce) {
    s3::DeleteObjectsRequest request;
    request.bucket = bucket.bucket;
    request.delete_.quiet = true;
    for (size_t k = i; k < std::min(keys.size(), i + kAtOnce); ++k) {
      request.delete_.objects.emplace_back().key = keys[k];
    }
    auto done = client_.call<s3::DeleteObjectsOperation>(request);
    if (!done.ok()) return failed(done.error(), "remove objects below", bucket);
    if (!done.value().errors || done.value().errors->empty()) continue;
    const s3::Error& first = done.value().errors->front();
    return Error(
        ErrorKind::kPermission,
        fmt::format("cannot remove '{}': {}: {}", bucket.with(first.key.value_or("")).text(),
                    first.code.value_or(""), first.message.value_or("")));
  }
  return {};
}

Result<std::vector<FileInfo>> S3Objects::list(const S3Path& prefix, bool recursive, size_t limit) {
  constexpr size_t kPage = 1000;
  std::vector<FileInfo> found;
  s3::ListObjectsV2Request request;
  request.bucket = prefix.bucket;
  if (!prefix.key.empty()) request.prefix = prefix.key;
  if (!recursive) request.delimiter = "/";
  request.encodingType = "url";
  request.maxKeys = static_cast<int32_t>(std::min(limit, kPage));
  while (true) {
    auto page = client_.call<s3::ListObjectsV2Operation>(request);
    if (!page.ok()) return failed(page.error(), "list", prefix);
    const s3::ListObjectsV2Output& output = page.value();
    for (const s3::Object& object : output.contents.value_or(std::vector<s3::Object>())) {
      std::string key = decodedKey(object.key);
      // Consoles make "directories" that way.
      if (key == prefix.key || (!recursive && key.ends_with('/'))) continue;
      found.push_back({prefix.with(key).text(), static_cast<uint64_t>(object.size.value_or(0)),
                       object.lastModified.value_or(Timestamp()).millis, false});
    }
    for (const auto& below : output.commonPrefixes.value_or(std::vector<s3::CommonPrefix>())) {
      std::string key = decodedKey(below.prefix);
      while (key.ends_with('/')) key.pop_back();
      found.push_back({prefix.with(key).text(), 0, 0, true});
    }
    bool more = output.isTruncated.value_or(false) && output.nextContinuationToken;
    if (!more || found.size() >= limit) break;
    request.continuationToken = output.nextContinuationToken;
  }
  std::sort(found.begin(), found.end(),
            [](const FileInfo& a, const FileInfo& b) { return a.path < b.path; });
  return found;
}

Result<std::string> S3Objects::beginUpload(const S3Path& path) {
  s3::CreateMultipartUploadRequest request;
  request.bucket = path.bucket;
  request.key = path.key;
  auto begun = client_.call<s3::CreateMultipartUploadOperation>(request);
  if (!begun.ok()) return failed(begun.error(), "write", path);
  return begun.value().uploadId.value_or("");
}

Result<S3Part> S3Objects::uploadPart(const S3Path& path, const std::string& uploadId,
                                     int32_t number, std::string bytes) {
  s3::UploadPartRequest request;
  request.bucket = path.bucket;
  request.key = path.key;
  request.uploadId = uploadId;
  request.partNumber = number;
  request.body = bodyFromString(std::move(bytes));
  auto done = client_.call<s3::UploadPartOperation>(request);
  if (!done.ok()) return failed(done.error(), "write", path);
  return S3Part{number, done.value().eTag.value_or("")};
}

Result<bool> S3Objects::completeUpload(const S3Path& path, const std::string& uploadId,
                                       const std::vector<S3Part>& parts) {
  s3::CompleteMultipartUploadRequest request;
  request.bucket = path.bucket;
  request.key = path.key;
  request.uploadId = uploadId;
  auto& completed = request.multipartUpload.emplace().parts.emplace();
  for (const S3Part& part : parts) {
    auto& entry = completed.emplace_back();
    entry.eTag = part.etag;
    entry.partNumber = part.number;
  }
  auto done = client_.call<s3::CompleteMultipartUploadOperation>(request);
  if (done.ok()) return true;
  if (done.error().code() == "NoSuchUpload") return false;
  return failed(done.error(), "complete the upload of", path);
}

Status S3Objects::abortUpload(const S3Path& path, const std::string& uploadId) {
  s3::AbortMultipartUploadRequest request;
  request.bucket = path.bucket;
  request.key = path.key;
  request.uploadId = uploadId;
  auto done = client_.call<s3::AbortMultipartUploadOperation>(request);
  if (!done.ok() && done.error().code() != "NoSuchUpload") {
    return failed(done.error(), "give up the upload of", path);
  }
  return {};
}

}  // namespace millrace
