#include "aws/model/generated/s3/list_buckets.h"

#include "aws/model/base64.h"
#include "companions/s3/api_errors.h"
#include "companions/s3/listing_names.h"
#include "companions/s3/lookup.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

namespace {

constexpr int32_t kMaxBuckets = 10'000;
constexpr size_t kListedAtOnce = 1000;

Outcome<std::string> markerOf(const ListBucketsRequest& input) {
  if (!input.continuationToken) return std::string();
  auto marker = base64Decode(*input.continuationToken);
  if (marker) return *std::move(marker);
  return invalidArgument("The continuation token provided is incorrect", "continuation-token",
                         *input.continuationToken);
}

Bucket entryOf(const BucketRecord& bucket, const ListBucketsRequest& input) {
  Bucket entry;
  entry.name = bucket.name;
  entry.creationDate = bucket.created;
  // Only said when the client asks by pages, region or prefix.
  if (input.maxBuckets || input.bucketRegion || input.prefix) {
    entry.bucketRegion = bucket.region;
    entry.bucketArn = "arn:aws:s3:::" + bucket.name;
  }
  return entry;
}

}  // namespace

Outcome<ListBucketsOutput> listBuckets(Service& service, ListBucketsRequest& input,
                                       RequestContext& context) {
  int32_t limit = input.maxBuckets.value_or(kMaxBuckets);
  if (limit < 1 || limit > kMaxBuckets) {
    return invalidArgument("Argument max-buckets must be an integer between 1 and 10000",
                           "max-buckets", std::to_string(limit));
  }
  std::string after = TRY(markerOf(input));
  context.xmlRootName = "ListAllMyBucketsResult";
  ListBucketsOutput output;
  output.owner = ownerOf(context.account);
  output.prefix = input.prefix;
  auto& entries = output.buckets.emplace();
  auto numEntries = static_cast<size_t>(limit);
  TRY(service.store().read([&](Transaction& transaction) -> Outcome<void> {
    while (true) {
      auto page = TRY(scanBuckets(transaction, input.prefix.value_or(""), after, kListedAtOnce));
      for (const BucketRecord& bucket : page) {
        after = bucket.name;
        bool isMine = bucket.account == context.account;
        if (!isMine || (input.bucketRegion && bucket.region != *input.bucketRegion)) continue;
        if (entries.size() == numEntries) {
          output.continuationToken = base64Encode(*entries.back().name);
          return {};
        }
        entries.push_back(entryOf(bucket, input));
      }
      if (page.size() < kListedAtOnce) return {};
    }
  }));
  return output;
}

}  // namespace millrace::s3
