#include "aws/model/generated/s3/list_multipart_uploads.h"

#include "companions/s3/listing_names.h"
#include "companions/s3/multipart.h"
#include "companions/s3/store/listing.h"

namespace millrace::s3 {

namespace {

// Behind the upload that the markers name; a key marker alone stands for all uploads of the key.
Outcome<UploadPosition> startOf(Transaction& transaction, const BucketRecord& bucket,
                                const ListMultipartUploadsRequest& input, const KeyFilter& filter) {
  std::string key = input.keyMarker.value_or("");
  if (key.empty()) return UploadPosition::before("");
  if (input.uploadIdMarker && !input.uploadIdMarker->empty()) {
    auto upload = TRY(findUpload(transaction, bucket.id, key, *input.uploadIdMarker));
    if (upload) return UploadPosition::behind(*upload);
  }
  return behindMarker<UploadPosition>(filter, key);
}

MultipartUpload entryOf(const UploadRecord& upload, const Owner& owner, const NameEncoder& encode) {
  MultipartUpload entry;
  entry.uploadId = upload.uploadId;
  entry.key = encode(std::string_view(upload.key));
  entry.initiated = upload.initiated;
  entry.storageClass = upload.storageClass;
  entry.owner = owner;
  entry.initiator.emplace().id = owner.id;
  if (upload.algorithm) {
    entry.checksumAlgorithm = std::string(checksumName(*upload.algorithm));
    entry.checksumType = upload.composite ? "COMPOSITE" : "FULL_OBJECT";
  }
  return entry;
}

}  // namespace

Outcome<ListMultipartUploadsOutput> listMultipartUploads(Service& service,
                                                         ListMultipartUploadsRequest& input,
                                                         RequestContext& context) {
  NameEncoder encode(input.encodingType);
  int32_t limit = TRY(listLimit(input.maxUploads, "max-uploads"));
  KeyFilter filter{input.prefix.value_or(""), input.delimiter.value_or("")};
  ListingPage<UploadRecord> page;
  Owner owner;
  TRY(service.store().read([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    owner = ownerOf(bucket.account);
    auto scan = [&](const UploadPosition& from, size_t batch) {
      return scanUploads(transaction, bucket.id, from, batch);
    };
    auto from = TRY(startOf(transaction, bucket, input, filter));
    page = TRY(listKeys<UploadRecord>(filter, from, static_cast<size_t>(limit), scan));
    return {};
  }));
  context.xmlRootName = "ListMultipartUploadsResult";
  ListMultipartUploadsOutput output;
  output.bucket = input.bucket;
  output.keyMarker = encode(std::string_view(input.keyMarker.value_or("")));
  output.uploadIdMarker = input.uploadIdMarker.value_or("");
  output.prefix = encode(std::string_view(filter.prefix));
  output.delimiter = encode(input.delimiter);
  output.maxUploads = limit;
  output.isTruncated = page.truncated;
  output.encodingType = input.encodingType;
  auto& uploads = output.uploads.emplace();
  std::vector<std::string> prefixes;
  for (const auto& entry : page.entries) {
    if (const auto* upload = std::get_if<UploadRecord>(&entry)) {
      uploads.push_back(entryOf(*upload, owner, encode));
    } else {
      prefixes.push_back(std::get<std::string>(entry));
    }
  }
  output.commonPrefixes = commonPrefixesOf(prefixes, encode);
  if (page.truncated) {
    const auto* upload = std::get_if<UploadRecord>(&page.entries.back());
    output.nextKeyMarker =
        encode(std::string_view(upload != nullptr ? upload->key : prefixes.back()));
    if (upload != nullptr) output.nextUploadIdMarker = upload->uploadId;
  }
  return output;
}

}  // namespace millrace::s3
