// Buckets and their configurations in the database.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/model/document.h"
#include "companions/s3/store/records.h"
#include "companions/s3/store/store.h"

namespace millrace::s3 {

Result<std::optional<BucketRecord>> findBucket(Transaction& transaction, std::string_view name);
// Returns it with its id.
Result<BucketRecord> insertBucket(Transaction& transaction, BucketRecord bucket);
// With its configurations and uploads; there must be no objects.
Status eraseBucket(Transaction& transaction, int64_t bucket);
Status setVersioning(Transaction& transaction, int64_t bucket, std::string_view versioning);
Status enableObjectLock(Transaction& transaction, int64_t bucket);
Result<bool> hasObjects(Transaction& transaction, int64_t bucket);
// In the order of names: those with the prefix, after `after`.
Result<std::vector<BucketRecord>> scanBuckets(Transaction& transaction, std::string_view prefix,
                                              std::string_view after, size_t limit);

// Configurations: one of a kind, or several with names (inventories).
Result<std::optional<Document>> findConfiguration(Transaction& transaction, int64_t bucket,
                                                  std::string_view kind,
                                                  std::string_view name = {});
Status putConfiguration(Transaction& transaction, int64_t bucket, std::string_view kind,
                        const Document& document, std::string_view name = {});
// False when there was none.
Result<bool> eraseConfiguration(Transaction& transaction, int64_t bucket, std::string_view kind,
                                std::string_view name = {});
// By name.
Result<std::map<std::string, Document>> listConfigurations(Transaction& transaction, int64_t bucket,
                                                           std::string_view kind);

}  // namespace millrace::s3
