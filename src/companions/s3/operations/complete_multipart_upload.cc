#include "aws/model/generated/s3/complete_multipart_upload.h"

#include <map>

#include "companions/s3/content/conditions.h"
#include "companions/s3/content/object_attributes.h"
#include "companions/s3/multipart.h"
#include "companions/s3/write_object.h"

namespace millrace::s3 {

namespace {

constexpr uint64_t kMinPartBytes = 5 << 20;
constexpr uint64_t kMaxObjectBytes = uint64_t{50} << 40;

ApiError invalidPart(const CompleteMultipartUploadRequest& input, const CompletedPart& wanted) {
  return ApiError("InvalidPart", 400,
                  "One or more of the specified parts could not be found.  The part may not have "
                  "been uploaded, or the specified entity tag may not match the part's entity tag.")
      .with("UploadId", input.uploadId)
      .with("PartNumber", wanted.partNumber.value_or(0))
      .with("ETag", std::string(unquotedTag(wanted.eTag.value_or(""))));
}

Outcome<void> checkPartChecksum(const UploadRecord& upload, const PartRecord& part,
                                CompletedPart& wanted,
                                const CompleteMultipartUploadRequest& input) {
  if (!upload.algorithm) return {};
  const auto& given = *checksumMember(wanted, *upload.algorithm);
  if (given && *given != part.checksum) return invalidPart(input, wanted);
  if (given || !upload.composite) return {};
  std::string name =
      checksumHeader(*upload.algorithm).substr(std::string_view("x-amz-checksum-").size());
  return badRequest("The upload was created using a " + name +
                    " checksum. The complete request must include the checksum for each part. It "
                    "was missing for part " +
                    std::to_string(part.number) + " in the request.");
}

ApiError tooSmall(const PartRecord& part) {
  return ApiError("EntityTooSmall", 400,
                  "Your proposed upload is smaller than the minimum allowed size")
      .with("ProposedSize", static_cast<int64_t>(part.size))
      .with("MinSizeAllowed", static_cast<int64_t>(kMinPartBytes))
      .with("PartNumber", part.number)
      .with("ETag", part.etag);
}

// The parts that the client names, in its order, which must be that of their numbers.
Outcome<std::vector<PartRecord>> chooseParts(const UploadRecord& upload,
                                             const std::vector<PartRecord>& uploaded,
                                             CompleteMultipartUploadRequest& input) {
  std::map<int32_t, const PartRecord*> byNumber;
  for (const PartRecord& part : uploaded) byNumber[part.number] = &part;
  std::vector<PartRecord> chosen;
  for (CompletedPart& wanted : *input.multipartUpload->parts) {
    int32_t number = wanted.partNumber.value_or(0);
    if (!chosen.empty() && number <= chosen.back().number) {
      return ApiError("InvalidPartOrder", 400,
                      "The list of parts was not in ascending order. The parts list must be "
                      "specified in order by part number.")
          .with("UploadId", input.uploadId);
    }
    auto found = byNumber.find(number);
    if (found == byNumber.end() || unquotedTag(wanted.eTag.value_or("")) != found->second->etag) {
      return invalidPart(input, wanted);
    }
    TRY(checkPartChecksum(upload, *found->second, wanted, input));
    chosen.push_back(*found->second);
  }
  for (size_t i = 0; i + 1 < chosen.size(); ++i) {
    if (chosen[i].size < kMinPartBytes) return tooSmall(chosen[i]);
  }
  return chosen;
}

// What the client says about the whole.
Outcome<void> checkWhole(CompleteMultipartUploadRequest& input, const ObjectRecord& object) {
  if (object.size > kMaxObjectBytes) {
    return ApiError("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size");
  }
  if (input.mpuObjectSize && *input.mpuObjectSize != static_cast<int64_t>(object.size)) {
    return badRequest("The provided 'x-amz-mp-object-size' header value " +
                      std::to_string(*input.mpuObjectSize) +
                      " does not match what was computed: " + std::to_string(object.size));
  }
  if (input.checksumType && *input.checksumType != object.checksum->typeName()) {
    return badRequest("The upload was created using the " +
                      std::string(object.checksum->typeName()) +
                      " checksum mode. The complete request must use the same checksum mode.");
  }
  const auto& given = *checksumMember(input, object.checksum->algorithm);
  if (!given) return {};
  // A composite checksum may come without the number of parts.
  std::string_view value = object.checksum->value;
  if (*given == value || *given == value.substr(0, value.find('-'))) return {};
  return checksumMismatch(object.checksum->algorithm);
}

Outcome<ObjectRecord> complete(Transaction& transaction, const BucketRecord& bucket,
                               CompleteMultipartUploadRequest& input, RequestContext& context) {
  auto upload = TRY(findUpload(transaction, bucket.id, input.key, input.uploadId));
  if (!upload) return uploadNotFound(input.uploadId);
  if (upload->object) {
    // The client did not get the first answer.
    auto object = TRY(findById(transaction, *upload->object));
    if (!object) return uploadNotFound(input.uploadId);
    return *std::move(object);
  }
  auto uploaded = TRY(listUploadParts(transaction, upload->id, 0, kMaxPartNumber));
  std::vector<PartRecord> parts = TRY(chooseParts(*upload, uploaded, input));
  ObjectRecord object;
  object.key = upload->key;
  object.attributes = upload->attributes;
  object.storageClass = upload->storageClass;
  object.numParts = static_cast<int32_t>(parts.size());
  for (const PartRecord& part : parts) object.size += part.size;
  object.etag = etagOfParts(parts);
  object.checksum = checksumOfParts(upload->effectiveAlgorithm(), upload->composite, parts);
  TRY(checkWhole(input, object));
  object = TRY(commitObject(transaction, bucket, std::move(object), parts,
                            {input.ifMatch, input.ifNoneMatch}, context));
  TRY(finishUpload(transaction, upload->id, object.id, parts));
  return object;
}

}  // namespace

Outcome<CompleteMultipartUploadOutput> completeMultipartUpload(
    Service& service, CompleteMultipartUploadRequest& input, RequestContext& context) {
  if (!input.multipartUpload || !input.multipartUpload->parts ||
      input.multipartUpload->parts->empty()) {
    return badRequest("You must specify at least one part");
  }
  CompleteMultipartUploadOutput output;
  ObjectRecord object;
  TRY(service.store().write([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    object = TRY(complete(transaction, bucket, input, context));
    setVersion(output, bucket, object);
    return {};
  }));
  context.xmlRootName = "CompleteMultipartUploadResult";
  std::string host(context.http.headers.get("host"));
  output.location =
      (context.http.secure ? "https://" : "http://") + host + "/" + input.bucket + "/" + input.key;
  output.bucket = input.bucket;
  output.key = input.key;
  output.eTag = "\"" + object.etag + "\"";
  setChecksum(output, object.checksum);
  describeEncryption(object.attributes, output);
  return output;
}

}  // namespace millrace::s3
