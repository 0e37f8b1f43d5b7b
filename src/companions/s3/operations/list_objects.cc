#include "aws/model/generated/s3/list_objects.h"

#include "companions/s3/list_current.h"
#include "companions/s3/listing_names.h"

namespace millrace::s3 {

Outcome<ListObjectsOutput> listObjects(Service& service, ListObjectsRequest& input,
                                       RequestContext& context) {
  NameEncoder encode(input.encodingType);
  int32_t limit = TRY(listLimit(input.maxKeys, "maxKeys"));
  KeyFilter filter{input.prefix.value_or(""), input.delimiter.value_or("")};
  CurrentObjects listed = TRY(
      listCurrent(service, input.bucket, input.expectedBucketOwner, filter, input.marker, limit));
  context.xmlRootName = "ListBucketResult";
  ListObjectsOutput output;
  output.isTruncated = listed.truncated;
  output.marker = encode(std::string_view(input.marker.value_or("")));
  // Without a delimiter the last key is the marker, and clients know it.
  if (listed.truncated && !filter.delimiter.empty()) {
    output.nextMarker = encode(std::string_view(listed.last));
  }
  output.name = input.bucket;
  output.prefix = encode(std::string_view(filter.prefix));
  output.delimiter = encode(input.delimiter);
  output.maxKeys = limit;
  output.encodingType = input.encodingType;
  auto& contents = output.contents.emplace();
  for (const ObjectRecord& object : listed.objects) {
    Object& entry = contents.emplace_back();
    entry.key = encode(std::string_view(object.key));
    describeListed(object, entry);
    entry.owner = ownerOf(listed.bucket.account);
  }
  output.commonPrefixes = commonPrefixesOf(listed.commonPrefixes, encode);
  return output;
}

}  // namespace millrace::s3
