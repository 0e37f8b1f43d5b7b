// Multipart uploads in the database.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "companions/s3/store/records.h"
#include "companions/s3/store/store.h"

namespace millrace::s3 {

// Also a complete one (UploadRecord::object). Nothing when it is of another bucket or key.
Result<std::optional<UploadRecord>> findUpload(Transaction& transaction, int64_t bucket,
                                               std::string_view key, std::string_view uploadId);
Status insertUpload(Transaction& transaction, int64_t bucket, const UploadRecord& upload);

// Puts a part in place of one with the same number.
Status putUploadPart(Transaction& transaction, int64_t upload, const PartRecord& part);
// By number, those after `after`.
Result<std::vector<PartRecord>> listUploadParts(Transaction& transaction, int64_t upload,
                                                int32_t after, size_t limit);

// The upload became an object, to which the files of `used` belong from now on; others are garbage.
Status finishUpload(Transaction& transaction, int64_t upload, int64_t object,
                    const std::vector<PartRecord>& used);
Status eraseUpload(Transaction& transaction, int64_t upload);

// A place between uploads, in the order of keys and then of time.
struct UploadPosition {
  std::string key;
  int64_t afterId = -1;  // INT64_MAX = behind all of the key

  static UploadPosition before(std::string key) { return {std::move(key), -1}; }
  static UploadPosition behind(const UploadRecord& upload) { return {upload.key, upload.id}; }
  static UploadPosition behindKey(std::string key) { return {std::move(key), INT64_MAX}; }
};
// Those that are in progress, from the position on.
Result<std::vector<UploadRecord>> scanUploads(Transaction& transaction, int64_t bucket,
                                              const UploadPosition& from, size_t limit);

}  // namespace millrace::s3
