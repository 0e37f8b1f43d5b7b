#include "aws/model/generated/s3/create_bucket.h"

#include "companions/s3/acl.h"
#include "companions/s3/api_errors.h"
#include "companions/s3/bucket_defaults.h"
#include "companions/s3/names.h"
#include "companions/s3/service.h"
#include "companions/s3/tags.h"

namespace millrace::s3 {

namespace {

constexpr std::string_view kFirstRegion = "us-east-1";

// The region that the bucket is to be in. The first region takes any constraint, others only their
// own, which must be said.
Outcome<std::string> regionOf(const CreateBucketRequest& input, const std::string& region) {
  std::string wanted;
  if (input.createBucketConfiguration) {
    wanted = input.createBucketConfiguration->locationConstraint.value_or("");
  }
  if (region == kFirstRegion) {
    if (wanted == kFirstRegion) {
      return ApiError("InvalidLocationConstraint", 400,
                      "The specified location-constraint is not valid")
          .with("LocationConstraint", wanted);
    }
    return wanted.empty() ? region : wanted;
  }
  if (wanted == region) return region;
  return ApiError("IllegalLocationConstraintException", 400,
                  "The " + (wanted.empty() ? "unspecified" : wanted) +
                      " location constraint is incompatible for the region specific endpoint this "
                      "request was sent to.");
}

// Nothing when it may be made.
Outcome<bool> existsAlready(const std::optional<BucketRecord>& bucket,
                            const RequestContext& context) {
  if (!bucket) return false;
  if (bucket->account != context.account) {
    return ApiError("BucketAlreadyExists", 409,
                    "The requested bucket name is not available. The bucket namespace is shared by "
                    "all users of the system. Please select a different name and try again.")
        .with("BucketName", bucket->name);
  }
  // For the sake of old clients the first region says yes once more.
  if (context.region == kFirstRegion && bucket->region == kFirstRegion) return true;
  return ApiError("BucketAlreadyOwnedByYou", 409,
                  "Your previous request to create the named bucket succeeded and you already own "
                  "it.")
      .with("BucketName", bucket->name);
}

Outcome<void> configure(Transaction& transaction, const BucketRecord& bucket,
                        const CreateBucketRequest& input) {
  std::string_view ownership = ObjectOwnership::kBucketOwnerEnforced;
  if (input.objectOwnership) ownership = *input.objectOwnership;
  TRY(putDefaults(transaction, bucket.id, ownership));
  AclHeaders acl = bucketAclHeaders(input);
  if (acl.any()) {
    auto grants = TRY(grantsOf(acl, bucket.account));
    TRY(checkAclAllowed(transaction, bucket, grants));
    TRY(putConfiguration(transaction, bucket.id, kAclConfiguration,
                         ::millrace::writeDocument(grants)));
  }
  if (!input.createBucketConfiguration || !input.createBucketConfiguration->tags) return {};
  Tagging tagging;
  tagging.tagSet =
      tagsOf(TRY(checkedTags(pairsOf(*input.createBucketConfiguration->tags), kMaxBucketTags)));
  TRY(putConfiguration(transaction, bucket.id, kTaggingConfiguration, writeDocument(tagging)));
  return {};
}

}  // namespace

Outcome<CreateBucketOutput> createBucket(Service& service, CreateBucketRequest& input,
                                         RequestContext& context) {
  TRY(checkBucketName(input.bucket));
  BucketRecord bucket;
  bucket.name = input.bucket;
  bucket.region = TRY(regionOf(input, context.region));
  bucket.account = context.account;
  bucket.created = context.now();
  bucket.objectLock = input.objectLockEnabledForBucket.value_or(false);
  if (bucket.objectLock) bucket.versioning = BucketVersioningStatus::kEnabled;
  TRY(service.store().write([&](Transaction& transaction) -> Outcome<void> {
    auto existing = TRY(findBucket(transaction, bucket.name));
    if (TRY(existsAlready(existing, context))) return {};
    bucket = TRY(insertBucket(transaction, std::move(bucket)));
    return configure(transaction, bucket, input);
  }));
  CreateBucketOutput output;
  output.location = bucket.region == kFirstRegion ? "/" + bucket.name
                                                  : "http://" + bucket.name + ".s3.amazonaws.com/";
  output.bucketArn = "arn:aws:s3:::" + bucket.name;
  return output;
}

}  // namespace millrace::s3
