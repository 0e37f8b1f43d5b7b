#include "aws/model/generated/s3/put_object.h"

#include "companions/s3/acl.h"
#include "companions/s3/content/object_attributes.h"
#include "companions/s3/names.h"
#include "companions/s3/service.h"
#include "companions/s3/write_object.h"

namespace millrace::s3 {

Outcome<PutObjectOutput> putObject(Service& service, PutObjectRequest& input,
                                   RequestContext& context) {
  TRY(checkKey(input.key));
  if (input.writeOffsetBytes) return notImplemented("x-amz-write-offset-bytes");
  ObjectRecord object;
  object.key = input.key;
  object.attributes = TRY(attributesOf(input));
  if (input.storageClass) object.storageClass = *input.storageClass;
  Promised promised = TRY(promisedOf(context.http.headers));
  WriteConditions conditions{input.ifMatch, input.ifNoneMatch};
  TRY(service.store().read([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    object.attributes.grants = TRY(objectGrants(transaction, bucket, input));
    return checkWrite(transaction, bucket, object.key, conditions);
  }));

  ChecksumAlgorithm algorithm =
      promised.checksum ? promised.checksum->algorithm : ChecksumAlgorithm::kCrc64Nvme;
  Received received =
      TRY(receive(service.store().files(), input.body.get(), promised, {algorithm}));
  setContent(object, received, algorithm);
  PutObjectOutput output;
  TRY(service.store().write([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    auto parts = partsOf(object, received);
    object = TRY(commitObject(transaction, bucket, object, parts, conditions, context));
    setVersion(output, bucket, object);
    return {};
  }));
  received.keep();
  output.eTag = "\"" + object.etag + "\"";
  setChecksum(output, object.checksum);
  describeEncryption(object.attributes, output);
  return output;
}

}  // namespace millrace::s3
