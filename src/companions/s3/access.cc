#include <array>
#include <string_view>

#include "companions/s3/service.h"

namespace millrace::s3 {

namespace {

struct Action {
  std::string_view operation;
  std::string_view action;         // without "s3:"
  std::string_view versionAction;  // when the request names a version
};

// Where the action is not called as the operation.
constexpr Action kActions[] = {
    {"CompleteMultipartUpload", "PutObject", {}},
    {"CopyObject", "PutObject", {}},
    {"CreateMultipartUpload", "PutObject", {}},
    {"DeleteBucketCors", "PutBucketCORS", {}},
    {"DeleteBucketEncryption", "PutEncryptionConfiguration", {}},
    {"DeleteBucketLifecycle", "PutLifecycleConfiguration", {}},
    {"DeleteBucketOwnershipControls", "PutBucketOwnershipControls", {}},
    {"DeleteBucketReplication", "PutReplicationConfiguration", {}},
    {"DeleteBucketTagging", "PutBucketTagging", {}},
    {"DeleteBucketAnalyticsConfiguration", "PutAnalyticsConfiguration", {}},
    {"DeleteBucketIntelligentTieringConfiguration", "PutIntelligentTieringConfiguration", {}},
    {"DeleteBucketInventoryConfiguration", "PutInventoryConfiguration", {}},
    {"DeleteBucketMetricsConfiguration", "PutMetricsConfiguration", {}},
    {"DeleteObject", "DeleteObject", "DeleteObjectVersion"},
    {"DeleteObjectTagging", "DeleteObjectTagging", "DeleteObjectVersionTagging"},
    // Each key is asked for by the operation, because an answer may be partly a refusal.
    {"DeleteObjects", "", {}},
    {"DeletePublicAccessBlock", "PutBucketPublicAccessBlock", {}},
    {"GetBucketAccelerateConfiguration", "GetAccelerateConfiguration", {}},
    {"GetBucketAnalyticsConfiguration", "GetAnalyticsConfiguration", {}},
    {"GetBucketCors", "GetBucketCORS", {}},
    {"GetBucketEncryption", "GetEncryptionConfiguration", {}},
    {"GetBucketIntelligentTieringConfiguration", "GetIntelligentTieringConfiguration", {}},
    {"GetBucketInventoryConfiguration", "GetInventoryConfiguration", {}},
    {"GetBucketLifecycleConfiguration", "GetLifecycleConfiguration", {}},
    {"GetBucketMetricsConfiguration", "GetMetricsConfiguration", {}},
    {"GetBucketNotificationConfiguration", "GetBucketNotification", {}},
    {"GetBucketReplication", "GetReplicationConfiguration", {}},
    {"GetObject", "GetObject", "GetObjectVersion"},
    {"GetObjectAcl", "GetObjectAcl", "GetObjectVersionAcl"},
    {"GetObjectAttributes", "GetObjectAttributes", "GetObjectVersionAttributes"},
    {"GetObjectLockConfiguration", "GetBucketObjectLockConfiguration", {}},
    {"GetObjectTagging", "GetObjectTagging", "GetObjectVersionTagging"},
    {"GetPublicAccessBlock", "GetBucketPublicAccessBlock", {}},
    {"HeadBucket", "ListBucket", {}},
    {"HeadObject", "GetObject", "GetObjectVersion"},
    {"ListBucketAnalyticsConfigurations", "GetAnalyticsConfiguration", {}},
    {"ListBucketIntelligentTieringConfigurations", "GetIntelligentTieringConfiguration", {}},
    {"ListBucketInventoryConfigurations", "GetInventoryConfiguration", {}},
    {"ListBucketMetricsConfigurations", "GetMetricsConfiguration", {}},
    {"ListBuckets", "ListAllMyBuckets", {}},
    {"ListMultipartUploads", "ListBucketMultipartUploads", {}},
    {"ListObjects", "ListBucket", {}},
    {"ListObjectsV2", "ListBucket", {}},
    {"ListObjectVersions", "ListBucketVersions", {}},
    {"ListParts", "ListMultipartUploadParts", {}},
    {"PutBucketAccelerateConfiguration", "PutAccelerateConfiguration", {}},
    {"PutBucketAnalyticsConfiguration", "PutAnalyticsConfiguration", {}},
    {"PutBucketCors", "PutBucketCORS", {}},
    {"PutBucketEncryption", "PutEncryptionConfiguration", {}},
    {"PutBucketIntelligentTieringConfiguration", "PutIntelligentTieringConfiguration", {}},
    {"PutBucketInventoryConfiguration", "PutInventoryConfiguration", {}},
    {"PutBucketLifecycleConfiguration", "PutLifecycleConfiguration", {}},
    {"PutBucketMetricsConfiguration", "PutMetricsConfiguration", {}},
    {"PutBucketNotificationConfiguration", "PutBucketNotification", {}},
    {"PutBucketReplication", "PutReplicationConfiguration", {}},
    {"PutObjectAcl", "PutObjectAcl", "PutObjectVersionAcl"},
    {"PutObjectLockConfiguration", "PutBucketObjectLockConfiguration", {}},
    {"PutObjectTagging", "PutObjectTagging", "PutObjectVersionTagging"},
    {"PutPublicAccessBlock", "PutBucketPublicAccessBlock", {}},
    {"UploadPart", "PutObject", {}},
    {"UploadPartCopy", "PutObject", {}},
};

std::string textOf(const Document& input, std::string_view member) {
  const Document* found = input.find(member);
  const auto* text = found == nullptr ? nullptr : found->as<std::string>();
  return text == nullptr ? std::string() : *text;
}

std::string actionOf(std::string_view operation, bool withVersion) {
  for (const Action& entry : kActions) {
    if (entry.operation != operation) continue;
    bool ofVersion = withVersion && !entry.versionAction.empty();
    std::string_view action = ofVersion ? entry.versionAction : entry.action;
    return action.empty() ? std::string() : "s3:" + std::string(action);
  }
  return "s3:" + std::string(operation);
}

struct ConditionKey {
  std::string_view key;
  std::string_view member;
};
constexpr ConditionKey kConditions[] = {
    {"s3:prefix", "Prefix"},
    {"s3:delimiter", "Delimiter"},
    {"s3:versionid", "VersionId"},
    {"s3:x-amz-acl", "ACL"},
    {"s3:x-amz-copy-source", "CopySource"},
    {"s3:x-amz-metadata-directive", "MetadataDirective"},
    {"s3:x-amz-server-side-encryption", "ServerSideEncryption"},
    {"s3:x-amz-storage-class", "StorageClass"},
};

}  // namespace

AccessRequest Service::accessOf(const RequestContext& context, const Document& input) {
  AccessRequest access;
  std::string version = textOf(input, "VersionId");
  access.action = actionOf(context.operation.name, !version.empty());
  std::string bucket = textOf(input, "Bucket");
  std::string key = textOf(input, "Key");
  if (!bucket.empty()) {
    access.resources = {"arn:aws:s3:::" + bucket + (key.empty() ? "" : "/" + key)};
  }
  for (const auto& [name, member] : kConditions) {
    std::string value = textOf(input, member);
    if (!value.empty()) access.conditions[std::string(name)] = {std::move(value)};
  }
  return access;
}

}  // namespace millrace::s3
