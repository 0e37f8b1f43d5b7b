#include "aws/model/generated/s3/upload_part_copy.h"

#include "companions/s3/content/object_attributes.h"
#include "companions/s3/content/object_reader.h"
#include "companions/s3/copy_source.h"
#include "companions/s3/multipart.h"

namespace millrace::s3 {

namespace {

// The bytes to copy; all of them without a range.
Outcome<std::optional<ByteRange>> rangeOf(const UploadPartCopyRequest& input, uint64_t size) {
  if (!input.copySourceRange) return std::optional<ByteRange>();
  auto range = parseFullRange(*input.copySourceRange);
  if (!range) {
    return invalidArgument(
        "The x-amz-copy-source-range value must be of the form bytes=first-last where first and "
        "last are the zero-based offsets of the first and last bytes to copy",
        "x-amz-copy-source-range", *input.copySourceRange);
  }
  if (range->last >= size) {
    return invalidArgument(
        "Range specified is not valid for source object of size: " + std::to_string(size),
        "x-amz-copy-source-range", *input.copySourceRange);
  }
  return range;
}

}  // namespace

Outcome<UploadPartCopyOutput> uploadPartCopy(Service& service, UploadPartCopyRequest& input,
                                             RequestContext& context) {
  CopySource source = TRY(parseCopySource(input.copySource));
  UploadRecord upload = TRY(openUpload(service, input));
  SourceObject opened = TRY(openSource(service, source, input.expectedSourceBucketOwner,
                                       copyConditionsOf(input), context));
  auto range = TRY(rangeOf(input, opened.object.size));
  DataFiles& files = service.store().files();
  BodyReaderPtr content = range ? readObject(files, opened.lease, opened.parts, *range)
                                : readObject(files, opened.lease, opened.parts);
  Received received = TRY(receive(files, content.get(), {}, {upload.effectiveAlgorithm()}));
  PartRecord part = TRY(commitPart(service, input, upload, received, context.now()));
  UploadPartCopyOutput output;
  if (opened.bucket.hasVersions()) output.copySourceVersionId = opened.object.version;
  CopyPartResult& result = output.copyPartResult.emplace();
  result.eTag = "\"" + part.etag + "\"";
  result.lastModified = part.modified;
  if (upload.algorithm) *checksumMember(result, *upload.algorithm) = part.checksum;
  describeEncryption(upload.attributes, output);
  return output;
}

}  // namespace millrace::s3
