#include "aws/model/generated/s3/list_object_versions.h"

#include "companions/s3/api_errors.h"
#include "companions/s3/identifiers.h"
#include "companions/s3/listing_names.h"
#include "companions/s3/lookup.h"
#include "companions/s3/service.h"
#include "companions/s3/store/listing.h"

namespace millrace::s3 {

namespace {

// Behind the version that the markers name; a key marker alone stands for all versions of the key.
Outcome<VersionPosition> startOf(Transaction& transaction, const BucketRecord& bucket,
                                 const ListObjectVersionsRequest& input, const KeyFilter& filter) {
  std::string key = input.keyMarker.value_or("");
  if (!input.versionIdMarker || input.versionIdMarker->empty()) {
    return key.empty() ? VersionPosition::before("") : behindMarker<VersionPosition>(filter, key);
  }
  if (key.empty()) {
    return invalidArgument("A version-id marker cannot be specified without a key marker.",
                           "version-id-marker", *input.versionIdMarker);
  }
  TRY(checkVersionId(*input.versionIdMarker));
  auto object = TRY(findVersion(transaction, bucket.id, key, *input.versionIdMarker));
  return object ? VersionPosition::behind(*object) : VersionPosition::behindKey(key);
}

void addEntry(const ObjectRecord& object, const Owner& owner, const NameEncoder& encode,
              ListObjectVersionsOutput& output) {
  auto describe = [&](auto& entry) {
    entry.key = encode(std::string_view(object.key));
    entry.versionId = object.version;
    entry.isLatest = object.current;
    entry.lastModified = object.modified;
    entry.owner = owner;
  };
  if (object.deleteMarker) {
    describe(output.deleteMarkers->emplace_back());
    return;
  }
  ObjectVersion& entry = output.versions->emplace_back();
  describeListed(object, entry);
  describe(entry);
}

}  // namespace

Outcome<ListObjectVersionsOutput> listObjectVersions(Service& service,
                                                     ListObjectVersionsRequest& input,
                                                     RequestContext& context) {
  NameEncoder encode(input.encodingType);
  int32_t limit = TRY(listLimit(input.maxKeys, "maxKeys"));
  KeyFilter filter{input.prefix.value_or(""), input.delimiter.value_or("")};
  ListingPage<ObjectRecord> page;
  Owner owner;
  TRY(service.store().read([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    owner = ownerOf(bucket.account);
    auto scan = [&](const VersionPosition& from, size_t batch) {
      return scanVersions(transaction, bucket.id, from, batch, false);
    };
    auto from = TRY(startOf(transaction, bucket, input, filter));
    page = TRY(listKeys<ObjectRecord>(filter, from, static_cast<size_t>(limit), scan));
    return {};
  }));
  context.xmlRootName = "ListVersionsResult";
  ListObjectVersionsOutput output;
  output.name = input.bucket;
  output.isTruncated = page.truncated;
  output.prefix = encode(std::string_view(filter.prefix));
  output.delimiter = encode(input.delimiter);
  output.keyMarker = encode(std::string_view(input.keyMarker.value_or("")));
  output.versionIdMarker = input.versionIdMarker.value_or("");
  output.maxKeys = limit;
  output.encodingType = input.encodingType;
  output.versions.emplace();
  output.deleteMarkers.emplace();
  std::vector<std::string> prefixes;
  for (const auto& entry : page.entries) {
    const auto* object = std::get_if<ObjectRecord>(&entry);
    if (object != nullptr)
      addEntry(*object, owner, encode, output);
    else
      prefixes.push_back(std::get<std::string>(entry));
  }
  output.commonPrefixes = commonPrefixesOf(prefixes, encode);
  if (page.truncated) {
    const auto* object = std::get_if<ObjectRecord>(&page.entries.back());
    output.nextKeyMarker =
        encode(std::string_view(object != nullptr ? object->key : prefixes.back()));
    if (object != nullptr) output.nextVersionIdMarker = object->version;
  }
  return output;
}

}  // namespace millrace::s3
