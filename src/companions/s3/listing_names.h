// What the listings of objects, versions and uploads share beside the walk over keys: how names are
// spelled, how many are sent, and who owns them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/model/api_error.h"
#include "aws/model/generated/s3/shapes/common_prefix.h"
#include "aws/model/generated/s3/shapes/owner.h"
#include "companions/s3/store/records.h"

namespace millrace::s3 {

inline constexpr int32_t kMaxListed = 1000;

// encoding-type=url: as in a form, '/' excepted. Without it, names stay as they are.
class NameEncoder {
 public:
  explicit NameEncoder(const std::optional<std::string>& encodingType)
      : encodes_(encodingType.value_or("") == "url") {}
  std::string operator()(std::string_view name) const;
  // Empty optionals stay empty.
  std::optional<std::string> operator()(const std::optional<std::string>& name) const;

 private:
  bool encodes_;
};

// max-keys and its kin: the default and the most are 1,000; a negative one is InvalidArgument.
Outcome<int32_t> listLimit(std::optional<int32_t> given, std::string_view parameter);

std::vector<CommonPrefix> commonPrefixesOf(const std::vector<std::string>& prefixes,
                                           const NameEncoder& encode);

Owner ownerOf(std::string_view account);

// ETag, size, class and checksum of an entry: Object and ObjectVersion have them.
template <typename Entry>
void describeListed(const ObjectRecord& object, Entry& entry) {
  entry.lastModified = object.modified;
  entry.eTag = "\"" + object.etag + "\"";
  entry.size = static_cast<int64_t>(object.size);
  entry.storageClass = object.storageClass;
  if (!object.checksum) return;
  entry.checksumAlgorithm =
      std::vector<std::string>{std::string(checksumName(object.checksum->algorithm))};
  entry.checksumType = std::string(object.checksum->typeName());
}

}  // namespace millrace::s3
