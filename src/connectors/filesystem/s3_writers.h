// Files of S3 that are being written.
#pragma once

#include <memory>
#include <optional>

#include "connectors/filesystem/s3_objects.h"
#include "env/file_system.h"

namespace millrace {

// An object that appears when the file is closed: by one PUT when it is small, else by a multipart
// upload. Without close() nothing is left. `objects` must outlive it.
Result<std::unique_ptr<WritableFile>> makeS3Writer(S3Objects& objects, S3Path path);

// Where the upload goes that ".<name>.inprogress" marks; nothing for any other name.
std::optional<S3Path> uploadTarget(const S3Path& marker);

// The marker holds the upload's id from the start, and its parts once the file is closed.
Result<std::unique_ptr<WritableFile>> beginMarkedUpload(S3Objects& objects, S3Path marker,
                                                        S3Path target);
// Makes the target appear, then removes the marker. May be repeated until the marker is gone.
Status completeMarkedUpload(S3Objects& objects, const S3Path& marker, const S3Path& target);
Status abortMarkedUpload(S3Objects& objects, const S3Path& marker, const S3Path& target);

}  // namespace millrace
