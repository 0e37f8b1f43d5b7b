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
#include <string_view>

#include "aws/client/client_context.h"
#include "env/file_system.h"

namespace millrace {

// Whether a path begins with s3:// or s3a://.
bool isS3Path(std::string_view path);

// Endpoint, region and credentials by the chains of AWS's SDKs, at the first call.
std::unique_ptr<FileSystem> makeS3FileSystem(ClientContext context);

}  // namespace millrace
