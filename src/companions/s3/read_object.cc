#include "companions/s3/read_object.h"

#include <algorithm>

#include "companions/s3/api_errors.h"

namespace millrace::s3 {

namespace {

Outcome<void> selectPart(Selected& selected, int32_t number) {
  const ObjectRecord& object = selected.object;
  int32_t count = std::max(object.numParts, 1);
  if (number < 1 || number > count) return invalidPartNumber(number, count);
  if (object.numParts == 0) {
    selected.part = PartRecord();
    selected.part->checksum = object.checksum ? object.checksum->value : "";
    if (object.size > 0) selected.range = ByteRange{0, object.size - 1};
    return {};
  }
  // Clients count the parts of an object from 1, however the upload had numbered them.
  uint64_t begin = 0;
  for (int32_t i = 0; i < number - 1; ++i) begin += selected.parts[static_cast<size_t>(i)].size;
  selected.part = selected.parts[static_cast<size_t>(number - 1)];
  if (selected.part->size > 0) selected.range = ByteRange{begin, begin + selected.part->size - 1};
  return {};
}

Outcome<void> selectRange(Selected& selected, const ReadRequest& request) {
  if (request.range && request.partNumber) {
    return badRequest("Cannot specify both Range header and partNumber query parameter");
  }
  if (request.partNumber) return selectPart(selected, *request.partNumber);
  if (!request.range) return {};
  RangeRequest resolved = resolveRange(*request.range, selected.object.size);
  if (resolved.kind == RangeRequest::Kind::kUnsatisfiable) {
    return invalidRange(*request.range, selected.object.size);
  }
  if (resolved.kind == RangeRequest::Kind::kPart) selected.range = resolved.range;
  return {};
}

Outcome<void> checkConditions(const Selected& selected, const Conditions& conditions,
                              RequestContext& context) {
  const ObjectRecord& object = selected.object;
  Outcome<void> held = checkReadConditions(conditions, object.etag, object.modified);
  if (held.ok() || held.error().status() != 304) return held;
  context.responseHeaders.set("ETag", "\"" + object.etag + "\"");
  context.responseHeaders.set("Last-Modified", formatRfc822(object.modified));
  if (selected.bucket.hasVersions())
    context.responseHeaders.set("x-amz-version-id", object.version);
  return held;
}

}  // namespace

Outcome<Selected> selectObject(Service& service, const ReadRequest& request,
                               RequestContext& context) {
  Selected selected;
  selected.lease = service.store().files().lease();
  TRY(service.store().read([&](Transaction& transaction) -> Outcome<void> {
    selected.bucket = TRY(requireBucket(transaction, request.bucket, request.expectedOwner));
    selected.object = TRY(requireObject(transaction, selected.bucket, request.key, request.version,
                                        context.responseHeaders));
    selected.parts = TRY(partsOf(transaction, selected.object.id));
    return {};
  }));
  TRY(checkConditions(selected, request.conditions, context));
  TRY(selectRange(selected, request));
  if (selected.range) context.responseStatus = 206;
  return selected;
}

}  // namespace millrace::s3
