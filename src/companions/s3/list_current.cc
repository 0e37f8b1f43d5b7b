#include "companions/s3/list_current.h"

namespace millrace::s3 {

Outcome<CurrentObjects> listCurrent(Service& service, std::string_view bucketName,
                                    const std::optional<std::string>& expectedOwner,
                                    const KeyFilter& filter,
                                    const std::optional<std::string>& marker, int32_t limit) {
  CurrentObjects listed;
  ListingPage<ObjectRecord> page;
  TRY(service.store().read([&](Transaction& transaction) -> Outcome<void> {
    listed.bucket = TRY(requireBucket(transaction, bucketName, expectedOwner));
    auto scan = [&](const VersionPosition& from, size_t batch) {
      return scanVersions(transaction, listed.bucket.id, from, batch, true);
    };
    auto from = marker && !marker->empty() ? behindMarker<VersionPosition>(filter, *marker)
                                           : VersionPosition::before("");
    page = TRY(listKeys<ObjectRecord>(filter, from, static_cast<size_t>(limit), scan));
    return {};
  }));
  listed.truncated = page.truncated;
  for (auto& entry : page.entries) {
    if (auto* prefix = std::get_if<std::string>(&entry)) {
      listed.last = *prefix;
      listed.commonPrefixes.push_back(std::move(*prefix));
    } else {
      listed.last = std::get<ObjectRecord>(entry).key;
      listed.objects.push_back(std::get<ObjectRecord>(std::move(entry)));
    }
  }
  return listed;
}

}  // namespace millrace::s3
