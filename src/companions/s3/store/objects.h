// Versions of objects in the database.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "companions/s3/store/records.h"
#include "companions/s3/store/store.h"

namespace millrace::s3 {

// The newest version, which may be a delete marker.
Result<std::optional<ObjectRecord>> findCurrent(Transaction& transaction, int64_t bucket,
                                                std::string_view key);
Result<std::optional<ObjectRecord>> findVersion(Transaction& transaction, int64_t bucket,
                                                std::string_view key, std::string_view version);
Result<std::optional<ObjectRecord>> findById(Transaction& transaction, int64_t id);

// By number.
Result<std::vector<PartRecord>> partsOf(Transaction& transaction, int64_t object);

// Makes it the newest version of its key, in place of one with the same version; returns its id.
Result<int64_t> putVersion(Transaction& transaction, int64_t bucket, const ObjectRecord& object,
                           const std::vector<PartRecord>& parts);
// The next newest version, if there is one, becomes current.
Status eraseVersion(Transaction& transaction, int64_t bucket, const ObjectRecord& object);
Status updateAttributes(Transaction& transaction, int64_t object,
                        const StoredAttributes& attributes);

// A place between versions: behind those of smaller keys, and of `key` behind those newer than
// `beforeId`. Versions of a key go from the newest to the oldest.
struct VersionPosition {
  std::string key;
  int64_t beforeId = INT64_MAX;  // 0 = behind all of the key

  static VersionPosition before(std::string key) { return {std::move(key), INT64_MAX}; }
  static VersionPosition behind(const ObjectRecord& object) { return {object.key, object.id}; }
  static VersionPosition behindKey(std::string key) { return {std::move(key), 0}; }
};
// From the position on; `listedOnly` leaves out delete markers and what is not current.
Result<std::vector<ObjectRecord>> scanVersions(Transaction& transaction, int64_t bucket,
                                               const VersionPosition& from, size_t limit,
                                               bool listedOnly);

}  // namespace millrace::s3
