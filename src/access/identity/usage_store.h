// UsageStore: when access keys and roles were last used.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "database/database.h"

namespace millrace {

struct Usage {
  int64_t millis = 0;
  std::string service;  // "kinesis"
  std::string region;
};

// Thread-safe, and fast: noted with every request. On disk at most a quarter of an hour later, so
// a crash may lose that much.
class UsageStore {
 public:
  // The database outlives the store.
  static Result<std::unique_ptr<UsageStore>> open(Database& database);

  // `id` is that of an access key or of a role.
  void note(std::string_view id, Usage usage);
  std::optional<Usage> find(std::string_view id) const;

 private:
  struct Entry {
    Usage usage;
    int64_t savedMillis = 0;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  UsageStore(Database& database, Entries entries)
      : database_(database), entries_(std::move(entries)) {}

  Database& database_;
  mutable std::mutex mutex_;
  Entries entries_;
};

}  // namespace millrace
