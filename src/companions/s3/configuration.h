// Configurations of a bucket that are kept and given back as they were sent.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/model/document.h"
#include "companions/s3/api_errors.h"
#include "companions/s3/lookup.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

template <typename Input>
Outcome<std::optional<Document>> storedConfiguration(Service& service, const Input& input,
                                                     std::string_view kind,
                                                     std::string_view name = {}) {
  return service.store().read([&](Transaction& transaction) -> Outcome<std::optional<Document>> {
    auto bucket = TRY(bucketOf(transaction, input));
    return TRY(findConfiguration(transaction, bucket.id, kind, name));
  });
}

// `value` is a generated struct.
template <typename Input, typename Value>
Outcome<void> storeConfiguration(Service& service, const Input& input, std::string_view kind,
                                 const Value& value, std::string_view name = {}) {
  return service.store().write([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    TRY(putConfiguration(transaction, bucket.id, kind, writeDocument(value), name));
    return {};
  });
}

// Whether there was one.
template <typename Input>
Outcome<bool> dropConfiguration(Service& service, const Input& input, std::string_view kind,
                                std::string_view name = {}) {
  return service.store().write([&](Transaction& transaction) -> Outcome<bool> {
    auto bucket = TRY(bucketOf(transaction, input));
    return TRY(eraseConfiguration(transaction, bucket.id, kind, name));
  });
}

// Configurations that have ids, page by page. Entries are generated structs.
template <typename Entry>
struct ConfigurationPage {
  std::vector<Entry> entries;
  std::optional<std::string> next;  // the token of the next page
};
template <typename Entry, typename Input>
Outcome<ConfigurationPage<Entry>> listStored(Service& service, const Input& input,
                                             std::string_view kind) {
  constexpr size_t kPageSize = 100;
  return service.store().read([&](Transaction& transaction) -> Outcome<ConfigurationPage<Entry>> {
    auto bucket = TRY(bucketOf(transaction, input));
    auto all = TRY(listConfigurations(transaction, bucket.id, kind));
    ConfigurationPage<Entry> page;
    std::string last;
    for (auto at = all.upper_bound(input.continuationToken.value_or("")); at != all.end(); ++at) {
      if (page.entries.size() == kPageSize) {
        page.next = last;
        break;
      }
      readDocument(at->second, page.entries.emplace_back());
      last = at->first;
    }
    return page;
  });
}

inline ApiError noSuchConfiguration(std::string_view bucket) {
  return noConfiguration("NoSuchConfiguration", "The specified configuration does not exist.",
                         bucket);
}

}  // namespace millrace::s3
