#include "access/identity/usage_store.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "database/record_table.h"

namespace millrace {

namespace {

using Json = nlohmann::json;

constexpr int64_t kSaveMillis = int64_t{15} * 60 * 1000;

const RecordTable& usageTable() {
  static const RecordTable table("usage");
  return table;
}

}  // namespace

Result<std::unique_ptr<UsageStore>> UsageStore::open(Database& database) {
  Entries entries;
  auto read = [&](std::string_view id, std::string_view text) {
    Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return;  // it is only a hint
    Usage usage{json.value("millis", int64_t{0}), json.value("service", ""),
                json.value("region", "")};
    entries.emplace(id, Entry{usage, usage.millis});
  };
  TRY(database.read([&](Connection& connection) {
    return usageTable().scan(connection, "", "", std::numeric_limits<size_t>::max(), read);
  }));
  return std::unique_ptr<UsageStore>(new UsageStore(database, std::move(entries)));
}

void UsageStore::note(std::string_view id, Usage usage) {
  Json json = nullptr;
  {
    std::lock_guard lock(mutex_);
    Entry& entry = entries_[std::string(id)];
    if (usage.millis - entry.savedMillis >= kSaveMillis) {
      entry.savedMillis = usage.millis;
      json = {{"millis", usage.millis}, {"service", usage.service}, {"region", usage.region}};
    }
    entry.usage = std::move(usage);
  }
  if (json.is_null()) return;
  // A request does not fail for it: the next one tries again in a quarter of an hour.
  (void)database_.write(
      [&](Connection& connection) { return usageTable().put(connection, id, json.dump()); });
}

std::optional<Usage> UsageStore::find(std::string_view id) const {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(id);
  if (found == entries_.end()) return std::nullopt;
  return found->second.usage;
}

}  // namespace millrace
