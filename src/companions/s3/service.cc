#include "companions/s3/service.h"

#include "aws/model/generated/s3/service.h"
#include "aws/model/validation.h"
#include "aws/server/generated/s3/bindings.h"
#include "companions/companion.h"
#include "companions/s3/api_errors.h"
#include "companions/s3/content/intake.h"

namespace millrace {

namespace s3 {

namespace {

// The body as it was sent; a payload that is a text was moved into the input.
std::string_view bodyOf(const RequestContext& context, const Document& input) {
  if (!context.http.body.empty() || context.operation.input == nullptr) return context.http.body;
  const Document* payload = input.find(context.operation.input->payload);
  const auto* text = payload == nullptr ? nullptr : payload->as<std::string>();
  return text == nullptr ? std::string_view() : *text;
}

// Where the checksum headers are about the body; CompleteMultipartUpload's are about the object.
Outcome<void> checkBody(const RequestContext& context, const Document& input) {
  const OperationModel& operation = context.operation;
  if (operation.checksumAlgorithmMember.empty() && !operation.checksumRequired) return {};
  Promised promised = TRY(promisedOf(context.http.headers));
  if (operation.checksumRequired && !promised.md5 && !promised.checksum) {
    return badRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
  }
  std::string_view body = bodyOf(context, input);
  if (promised.md5 && *promised.md5 != checksumOf(ChecksumAlgorithm::kMd5, body)) {
    return ApiError("BadDigest", 400,
                    "The Content-MD5 you specified did not match what we received.");
  }
  // A checksum in a trailer was verified when the body was read.
  if (!promised.checksum || promised.checksum->value.empty()) return {};
  return checkChecksum(*promised.checksum, checksumOf(promised.checksum->algorithm, body));
}

// What a header or parameter may be has several errors, one of which says so by its name.
Outcome<void> checkMember(const MemberModel& member, const Document& value) {
  const auto* text = value.as<std::string>();
  if (text == nullptr || member.shape->values.empty()) return {};
  for (std::string_view allowed : member.shape->values) {
    if (*text == allowed) return {};
  }
  if (member.name == "StorageClass") {
    return ApiError("InvalidStorageClass", 400, "The storage class you specified is not valid")
        .with("StorageClassRequested", *text);
  }
  if (member.name == "EncodingType") {
    return invalidArgument("Invalid Encoding Method specified in Request", member.wireName(),
                           *text);
  }
  if (member.name == "ServerSideEncryption") {
    return invalidArgument("The encryption method specified is not supported", member.wireName(),
                           *text);
  }
  // New values come with new versions of the model, and checksums have errors of their own.
  if (member.name == "RequestPayer" || member.name == "ChecksumAlgorithm") return {};
  return invalidArgument("The value of this argument is not valid.", member.wireName(), *text);
}

}  // namespace

Service::Service(std::unique_ptr<Store> store, std::string region)
    : millrace::Service(kModel, s3::bindings()),
      store_(std::move(store)),
      region_(std::move(region)) {}

Outcome<void> Service::validate(const RequestContext& context, const Document& input) {
  const ShapeModel* shape = context.operation.input;
  if (shape == nullptr) return {};
  for (const MemberModel& member : shape->members) {
    const Document* value = input.find(member.name);
    bool inBody = member.location == MemberLocation::kBody;
    if (value == nullptr) {
      if (!member.required || member.shape->streaming) continue;
      if (inBody) return malformedXml();
      return invalidArgument("A required argument is missing.", member.wireName(), {});
    }
    if (!inBody) {
      TRY(checkMember(member, *value));
    } else if (member.shape->type == ShapeType::kStructure &&
               // A wrong location has an error of its own.
               member.name != "CreateBucketConfiguration" &&
               !validationMessage(*member.shape, *value).empty()) {
      return malformedXml();
    }
  }
  if (context.operation.streamsInput) return {};
  return checkBody(context, input);
}

}  // namespace s3

void addS3Companion(CompanionCatalog& catalog) {
  catalog.add(
      {"s3", s3::kModel, [](const CompanionContext& context) -> Result<std::unique_ptr<Service>> {
         TRY(refuseSettings(context, "s3"));
         auto store = TRY(s3::Store::open(context.env, context.log, context.dataDirectory));
         return std::unique_ptr<Service>(
             std::make_unique<s3::Service>(std::move(store), context.region));
       }});
}

}  // namespace millrace
