#include "aws/model/generated/s3/list_objects_v2.h"

#include "aws/model/base64.h"
#include "companions/s3/api_errors.h"
#include "companions/s3/list_current.h"
#include "companions/s3/listing_names.h"

namespace millrace::s3 {

namespace {

// A continuation token is where the next page begins, made opaque. The letter in front leaves room
// for other kinds.
std::string tokenOf(std::string_view last) { return base64Encode("1" + std::string(last)); }

Outcome<std::optional<std::string>> markerOf(const ListObjectsV2Request& input) {
  if (!input.continuationToken) return input.startAfter;
  auto decoded = base64Decode(*input.continuationToken);
  if (!decoded || !decoded->starts_with('1')) {
    return invalidArgument("The continuation token provided is incorrect", "continuation-token",
                           *input.continuationToken);
  }
  return std::optional<std::string>(decoded->substr(1));
}

}  // namespace

Outcome<ListObjectsV2Output> listObjectsV2(Service& service, ListObjectsV2Request& input,
                                           RequestContext& context) {
  NameEncoder encode(input.encodingType);
  int32_t limit = TRY(listLimit(input.maxKeys, "maxKeys"));
  KeyFilter filter{input.prefix.value_or(""), input.delimiter.value_or("")};
  std::optional<std::string> marker = TRY(markerOf(input));
  CurrentObjects listed =
      TRY(listCurrent(service, input.bucket, input.expectedBucketOwner, filter, marker, limit));
  context.xmlRootName = "ListBucketResult";
  ListObjectsV2Output output;
  output.isTruncated = listed.truncated;
  output.name = input.bucket;
  output.prefix = encode(std::string_view(filter.prefix));
  output.delimiter = encode(input.delimiter);
  output.maxKeys = limit;
  output.encodingType = input.encodingType;
  output.keyCount = static_cast<int32_t>(listed.objects.size() + listed.commonPrefixes.size());
  output.continuationToken = input.continuationToken;
  if (listed.truncated) output.nextContinuationToken = tokenOf(listed.last);
  output.startAfter = encode(input.startAfter);
  auto& contents = output.contents.emplace();
  for (const ObjectRecord& object : listed.objects) {
    Object& entry = contents.emplace_back();
    entry.key = encode(std::string_view(object.key));
    describeListed(object, entry);
    if (input.fetchOwner.value_or(false)) entry.owner = ownerOf(listed.bucket.account);
  }
  output.commonPrefixes = commonPrefixesOf(listed.commonPrefixes, encode);
  return output;
}

}  // namespace millrace::s3
