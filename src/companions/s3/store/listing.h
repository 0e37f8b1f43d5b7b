// Listings: keys in order, those that share what stands before a delimiter rolled up into one
// common prefix. What lies behind a common prefix is skipped, not read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace millrace::s3 {

struct KeyFilter {
  std::string prefix;
  std::string delimiter;  // "" = none
};

// The common prefix that a key is rolled up into; nothing when it stands for itself.
std::optional<std::string> commonPrefixOf(const KeyFilter& filter, std::string_view key);

// A text that is larger than all keys that begin with `prefix`, and no larger than any other key
// that is larger than these.
std::string behindPrefix(std::string prefix);

template <typename Record>
struct ListingPage {
  // In order; a text is a common prefix.
  std::vector<std::variant<Record, std::string>> entries;
  bool truncated = false;
};

// The most rows that a listing reads at once.
inline constexpr size_t kListingBatch = 1000;

// `Position` has a member `key` and is made by Position::before(key); Position::behind(record) is
// right behind a record. `scan(position, limit)` returns records from a position on.
template <typename Record, typename Position, typename Scan>
Result<ListingPage<Record>> listKeys(const KeyFilter& filter, Position from, size_t limit,
                                     const Scan& scan) {
  ListingPage<Record> page;
  if (limit == 0) return page;
  if (from.key < filter.prefix) from = Position::before(filter.prefix);
  size_t batch = std::min(limit + 1, kListingBatch);
  while (true) {
    std::vector<Record> records = TRY(scan(from, batch));
    bool last = records.size() < batch;
    bool skipped = false;
    for (Record& record : records) {
      if (!record.key.starts_with(filter.prefix)) return page;
      if (page.entries.size() == limit) {
        page.truncated = true;
        return page;
      }
      auto common = commonPrefixOf(filter, record.key);
      if (!common) {
        from = Position::behind(record);
        page.entries.emplace_back(std::in_place_type<Record>, std::move(record));
        continue;
      }
      from = Position::before(behindPrefix(*common));
      page.entries.emplace_back(std::in_place_type<std::string>, *std::move(common));
      skipped = true;
      break;
    }
    if (last && !skipped) return page;
    // Few rows behind a skip: the next key is mostly another common prefix.
    batch = skipped ? 4 : std::min(batch * 2, kListingBatch);
  }
}

// Where a listing goes on behind a marker, which is a key or a common prefix.
template <typename Position>
Position behindMarker(const KeyFilter& filter, std::string_view marker) {
  if (auto common = commonPrefixOf(filter, marker)) {
    return Position::before(behindPrefix(*std::move(common)));
  }
  return Position::behindKey(std::string(marker));
}

}  // namespace millrace::s3
