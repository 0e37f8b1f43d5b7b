#include "aws/model/generated/s3/list_parts.h"

#include "companions/s3/listing_names.h"
#include "companions/s3/multipart.h"

namespace millrace::s3 {

namespace {

Initiator initiatorOf(std::string_view account) {
  Initiator initiator;
  initiator.id = ownerOf(account).id;
  return initiator;
}

void addParts(const UploadRecord& upload, const std::vector<PartRecord>& parts,
              ListPartsOutput& output) {
  auto& entries = output.parts.emplace();
  for (const PartRecord& part : parts) {
    Part& entry = entries.emplace_back();
    entry.partNumber = part.number;
    entry.lastModified = part.modified;
    entry.eTag = "\"" + part.etag + "\"";
    entry.size = static_cast<int64_t>(part.size);
    if (upload.algorithm) *checksumMember(entry, *upload.algorithm) = part.checksum;
  }
}

}  // namespace

Outcome<ListPartsOutput> listParts(Service& service, ListPartsRequest& input,
                                   RequestContext& context) {
  int32_t limit = TRY(listLimit(input.maxParts, "max-parts"));
  int32_t marker = input.partNumberMarker.value_or(0);
  ListPartsOutput output;
  UploadRecord upload;
  std::vector<PartRecord> parts;
  TRY(service.store().read([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    upload = TRY(requireUpload(transaction, bucket, input));
    parts = TRY(listUploadParts(transaction, upload.id, marker, static_cast<size_t>(limit) + 1));
    output.owner = ownerOf(bucket.account);
    output.initiator = initiatorOf(bucket.account);
    return {};
  }));
  context.xmlRootName = "ListPartsResult";
  output.bucket = input.bucket;
  output.key = input.key;
  output.uploadId = input.uploadId;
  output.partNumberMarker = marker;
  output.maxParts = limit;
  output.isTruncated = limit > 0 && parts.size() > static_cast<size_t>(limit);
  if (parts.size() > static_cast<size_t>(limit)) parts.resize(static_cast<size_t>(limit));
  output.nextPartNumberMarker = parts.empty() ? 0 : parts.back().number;
  output.storageClass = upload.storageClass;
  if (upload.algorithm) {
    output.checksumAlgorithm = std::string(checksumName(*upload.algorithm));
    output.checksumType = upload.composite ? "COMPOSITE" : "FULL_OBJECT";
  }
  addParts(upload, parts, output);
  return output;
}

}  // namespace millrace::s3
