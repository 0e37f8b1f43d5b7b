// Files in Amazon S3, or what speaks as it does: paths s3://bucket/key and s3a://bucket/key. What a
// directory is to others are keys with a common prefix.
//
// A file whose name begins with '.' and ends with ".inprogress" is the marker of a multipart
// upload to the name without these: what is written to it goes into the upload, rename() to that
// name completes the upload, remove() gives it up. So a sink's parts are uploaded as they are
// written and become visible, whole, when their checkpoint is complete. Any other file is uploaded
// when it is closed, and appears whole or not at all. Files cannot be reopened.
//
// Every call waits for the network; reads fetch chunks and ask for the next one ahead. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "aws/client/client_context.h"
#include "env/file_system.h"

namespace millrace {

// Whether a path begins with s3:// or s3a://.
bool isS3Path(std::string_view path);

// Where S3 is and who asks it. What is empty is found by the chains of AWS's SDKs, at the first
// call.
struct S3Settings {
  std::string endpoint;  // "http://host:9000"
  std::string region;
  std::string accessKey;  // with secretKey
  std::string secretKey;
  std::string sessionToken;
  // Whether the bucket is in the path rather than in the host; by default at AWS it is not, at
  // other endpoints it is.
  std::optional<bool> pathStyle;

  bool operator==(const S3Settings&) const = default;
};

std::unique_ptr<FileSystem> makeS3FileSystem(ClientContext context,
                                             const S3Settings& settings = {});

// What a file system is as well when its way to S3 can be set. Thread-safe; files that are open
// stay as they are.
class S3Configurable {
 public:
  virtual ~S3Configurable() = default;
  virtual void configureS3(const S3Settings& settings) = 0;
};

}  // namespace millrace
