// What is kept of buckets, objects and uploads.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/model/timestamp.h"
#include "aws/signature/checksum.h"

namespace millrace::s3 {

inline constexpr std::string_view kNullVersion = "null";
inline constexpr std::string_view kStandardClass = "STANDARD";

struct BucketRecord {
  int64_t id = 0;
  std::string name;
  std::string region;
  std::string account;  // of the owner
  Timestamp created;
  std::string versioning;  // "Enabled", "Suspended"; "" = never set
  bool objectLock = false;

  bool keepsVersions() const { return versioning == "Enabled"; }
  bool hasVersions() const { return !versioning.empty(); }
};

// The additional checksum of an object, beside the entity tag.
struct StoredChecksum {
  ChecksumAlgorithm algorithm = ChecksumAlgorithm::kCrc64Nvme;
  bool composite = false;  // of the parts' checksums, not of the content
  std::string value;       // Base64; composite ones end in "-<number of parts>"

  std::string_view typeName() const { return composite ? "COMPOSITE" : "FULL_OBJECT"; }
};

// What a client gave an object beside its content.
struct StoredAttributes {
  // Header fields that are given back, by their names in lower case: content-type, cache-control,
  // ...
  std::map<std::string, std::string> headers;
  std::map<std::string, std::string> metadata;  // x-amz-meta-, without that
  std::vector<std::pair<std::string, std::string>> tags;
  std::string grants;    // JSON of the access control list; "" = the owner's
  std::string lockMode;  // GOVERNANCE, COMPLIANCE
  std::optional<Timestamp> retainUntil;
  bool legalHold = false;
};

// One version of an object, or a delete marker.
struct ObjectRecord {
  int64_t id = 0;  // grows with every version
  std::string key;
  std::string version{kNullVersion};
  bool current = true;
  bool deleteMarker = false;
  Timestamp modified;
  uint64_t size = 0;
  std::string etag;      // without quotes
  int32_t numParts = 0;  // of a multipart upload; 0 = came in one piece
  std::string storageClass{kStandardClass};
  std::optional<StoredChecksum> checksum;
  StoredAttributes attributes;
};

// A piece of an object's content: a file. An object that came in one piece has one, an empty one
// none.
struct PartRecord {
  int32_t number = 1;
  std::string file;  // of DataFiles; "" = empty
  uint64_t size = 0;
  std::string etag;
  Timestamp modified;
  std::string checksum;  // Base64, of the upload's algorithm
};

struct UploadRecord {
  int64_t id = 0;
  std::string uploadId;
  std::string key;
  Timestamp initiated;
  std::string storageClass{kStandardClass};
  // What the client chose; without, CRC64NVME is computed.
  std::optional<ChecksumAlgorithm> algorithm;
  bool composite = false;
  StoredAttributes attributes;
  // Set when it is complete, so that a repeated request can be answered.
  std::optional<int64_t> object;

  ChecksumAlgorithm effectiveAlgorithm() const {
    return algorithm.value_or(ChecksumAlgorithm::kCrc64Nvme);
  }
};

}  // namespace millrace::s3
