#include "aws/model/generated/s3/get_object_attributes.h"

#include <algorithm>

#include "companions/s3/api_errors.h"
#include "companions/s3/content/checksums.h"
#include "companions/s3/listing_names.h"
#include "companions/s3/lookup.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

namespace {

GetObjectAttributesParts partsPage(const ObjectRecord& object, const std::vector<PartRecord>& parts,
                                   int32_t marker, int32_t limit) {
  GetObjectAttributesParts page;
  page.totalPartsCount = object.numParts;
  // Parts are shown one by one only where they have checksums of their own.
  if (!object.checksum || !object.checksum->composite) return page;
  page.partNumberMarker = marker;
  page.maxParts = limit;
  page.isTruncated = false;
  auto& entries = page.parts.emplace();
  for (const PartRecord& part : parts) {
    if (part.number <= marker) continue;
    if (entries.size() == static_cast<size_t>(limit)) {
      page.isTruncated = true;
      break;
    }
    ObjectPart& entry = entries.emplace_back();
    entry.partNumber = part.number;
    entry.size = static_cast<int64_t>(part.size);
    *checksumMember(entry, object.checksum->algorithm) = part.checksum;
    page.nextPartNumberMarker = part.number;
  }
  return page;
}

}  // namespace

Outcome<GetObjectAttributesOutput> getObjectAttributes(Service& service,
                                                       GetObjectAttributesRequest& input,
                                                       RequestContext& context) {
  int32_t limit = TRY(listLimit(input.maxParts, "x-amz-max-parts"));
  GetObjectAttributesOutput output;
  ObjectRecord object;
  std::vector<PartRecord> parts;
  TRY(service.store().read([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    object = TRY(
        requireObject(transaction, bucket, input.key, input.versionId, context.responseHeaders));
    parts = TRY(partsOf(transaction, object.id));
    setVersion(output, bucket, object);
    return {};
  }));
  context.xmlRootName = "GetObjectAttributesResponse";
  auto wants = [&](std::string_view name) {
    const auto& names = input.objectAttributes;
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  output.lastModified = object.modified;
  if (wants("ETag")) output.eTag = object.etag;
  if (wants("Checksum") && object.checksum) {
    Checksum& checksum = output.checksum.emplace();
    setChecksum(checksum, object.checksum);
    if (object.checksum->composite) {
      std::string& value = **checksumMember(checksum, object.checksum->algorithm);
      value = value.substr(0, value.find('-'));
    }
  }
  if (wants("ObjectParts") && object.numParts > 0) {
    output.objectParts = partsPage(object, parts, input.partNumberMarker.value_or(0), limit);
  }
  if (wants("StorageClass")) output.storageClass = object.storageClass;
  if (wants("ObjectSize")) output.objectSize = static_cast<int64_t>(object.size);
  return output;
}

}  // namespace millrace::s3
