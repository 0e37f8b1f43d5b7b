#include "aws/model/generated/s3/create_multipart_upload.h"

#include "companions/s3/acl.h"
#include "companions/s3/content/object_attributes.h"
#include "companions/s3/identifiers.h"
#include "companions/s3/names.h"
#include "companions/s3/object_lock.h"
#include "companions/s3/service.h"
#include "companions/s3/store/uploads.h"

namespace millrace::s3 {

namespace {

// Digests cannot be computed of a whole from those of its parts, and CRC64NVME is only so.
Outcome<void> setChecksumKind(const CreateMultipartUploadRequest& input, UploadRecord& upload) {
  if (!input.checksumAlgorithm) {
    if (!input.checksumType) return {};
    return badRequest(
        "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm "
        "header.");
  }
  ChecksumAlgorithm algorithm = TRY(algorithmNamed(*input.checksumAlgorithm));
  upload.algorithm = algorithm;
  upload.composite =
      input.checksumType ? *input.checksumType == "COMPOSITE" : compositeByDefault(algorithm);
  bool onlyComposite =
      algorithm == ChecksumAlgorithm::kSha1 || algorithm == ChecksumAlgorithm::kSha256;
  bool onlyWhole = algorithm == ChecksumAlgorithm::kCrc64Nvme;
  if ((upload.composite && onlyWhole) || (!upload.composite && onlyComposite)) {
    std::string name(checksumHeader(algorithm).substr(std::string_view("x-amz-checksum-").size()));
    return badRequest("The " + std::string(upload.composite ? "COMPOSITE" : "FULL_OBJECT") +
                      " checksum type cannot be used with the " + name + " checksum algorithm.");
  }
  return {};
}

}  // namespace

Outcome<CreateMultipartUploadOutput> createMultipartUpload(Service& service,
                                                           CreateMultipartUploadRequest& input,
                                                           RequestContext& context) {
  TRY(checkKey(input.key));
  UploadRecord upload;
  upload.key = input.key;
  upload.uploadId = newUploadId(context.env.random());
  upload.initiated = context.now();
  upload.attributes = TRY(attributesOf(input));
  if (input.storageClass) upload.storageClass = *input.storageClass;
  TRY(setChecksumKind(input, upload));
  TRY(service.store().write([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    upload.attributes.grants = TRY(objectGrants(transaction, bucket, input));
    TRY(applyLock(transaction, bucket, upload.attributes, context.now()));
    TRY(insertUpload(transaction, bucket.id, upload));
    return {};
  }));
  context.xmlRootName = "InitiateMultipartUploadResult";
  CreateMultipartUploadOutput output;
  output.bucket = input.bucket;
  output.key = input.key;
  output.uploadId = upload.uploadId;
  if (upload.algorithm) {
    output.checksumAlgorithm = std::string(checksumName(*upload.algorithm));
    output.checksumType = upload.composite ? "COMPOSITE" : "FULL_OBJECT";
  }
  describeEncryption(upload.attributes, output);
  return output;
}

}  // namespace millrace::s3
