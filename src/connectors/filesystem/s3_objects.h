// S3Objects: the operations of S3 that files need, with errors that say what to do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/client/service_client.h"
#include "base/result.h"
#include "env/file_system.h"

namespace millrace {

struct S3Path {
  std::string root;  // "s3://bucket", as it was written
  std::string bucket;
  std::string key;  // without a slash at its front; "" = the bucket

  std::string text() const { return root + '/' + key; }
  // The same bucket, another key.
  S3Path with(std::string otherKey) const { return {root, bucket, std::move(otherKey)}; }
};

Result<S3Path> parseS3Path(const std::string& path);

struct S3ObjectInfo {
  FileInfo file;
  std::string etag;
};

struct S3Part {
  int32_t number = 0;
  std::string etag;
};

// Thread-safe.
class S3Objects {
 public:
  S3Objects(ClientContext context, ClientOptions options);

  // nullopt: there is no such object.
  Result<std::optional<S3ObjectInfo>> head(const S3Path& path);
  // `etag`: an error when the object has changed since.
  Result<std::string> get(const S3Path& path, uint64_t offset, size_t size,
                          const std::string& etag);
  Status put(const S3Path& path, std::string bytes);
  Status copy(const S3Path& from, const S3Path& to);
  Status remove(const S3Path& path);
  Status removeAll(const S3Path& bucket, const std::vector<std::string>& keys);
  // What is directly below the prefix (a key that ends with '/', or ""): objects, and common
  // prefixes as directories; `recursive`: all objects below it. At most `limit`.
  Result<std::vector<FileInfo>> list(const S3Path& prefix, bool recursive, size_t limit);

  Result<std::string> beginUpload(const S3Path& path);
  Result<S3Part> uploadPart(const S3Path& path, const std::string& uploadId, int32_t number,
                            std::string bytes);
  // False: the upload is not there; it may have been completed before.
  Result<bool> completeUpload(const S3Path& path, const std::string& uploadId,
                              const std::vector<S3Part>& parts);
  Status abortUpload(const S3Path& path, const std::string& uploadId);

 private:
  ServiceClient client_;
};

}  // namespace millrace
