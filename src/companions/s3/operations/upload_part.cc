#include "aws/model/generated/s3/upload_part.h"

#include "aws/model/base64.h"
#include "companions/s3/content/object_attributes.h"
#include "companions/s3/multipart.h"

namespace millrace::s3 {

namespace {

std::string lower(std::string_view name) {
  return checksumHeader(*checksumAlgorithmOf(name))
      .substr(std::string_view("x-amz-checksum-").size());
}

// An upload that was begun with an algorithm takes no other.
Outcome<void> checkAlgorithm(const UploadRecord& upload, const Promised& promised) {
  if (!upload.algorithm || !promised.checksum) return {};
  if (promised.checksum->algorithm == *upload.algorithm) return {};
  return badRequest("Checksum Type mismatch occurred, expected checksum Type: " +
                    lower(checksumName(*upload.algorithm)) +
                    ", actual checksum Type: " + lower(checksumName(promised.checksum->algorithm)));
}

}  // namespace

Outcome<UploadPartOutput> uploadPart(Service& service, UploadPartRequest& input,
                                     RequestContext& context) {
  if (input.sseCustomerAlgorithm || input.sseCustomerKey) {
    return notImplemented("x-amz-server-side-encryption-customer-algorithm");
  }
  Promised promised = TRY(promisedOf(context.http.headers));
  UploadRecord upload = TRY(openUpload(service, input));
  TRY(checkAlgorithm(upload, promised));
  Received received = TRY(
      receive(service.store().files(), input.body.get(), promised, {upload.effectiveAlgorithm()}));
  PartRecord part = TRY(commitPart(service, input, upload, received, context.now()));
  UploadPartOutput output;
  output.eTag = "\"" + part.etag + "\"";
  if (promised.checksum || upload.algorithm) {
    ChecksumAlgorithm algorithm =
        promised.checksum ? promised.checksum->algorithm : *upload.algorithm;
    *checksumMember(output, algorithm) = base64Encode(received.checksums.at(algorithm));
  }
  describeEncryption(upload.attributes, output);
  return output;
}

}  // namespace millrace::s3
