// RecordTable: named records (bytes, usually JSON) of one kind in the order of their names, in a
// Database. What a companion keeps of its streams, buckets, users, log groups.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "database/database.h"

namespace millrace {

// Stateless but for its name; use within Database::read and write. Add kRecordTableMigration to the
// migrations of the database.
class RecordTable {
 public:
  // `kind` separates the records of one table from those of another in the same database.
  explicit RecordTable(std::string kind) : kind_(std::move(kind)) {}

  Result<std::optional<std::string>> get(Connection& connection, std::string_view key) const;
  // Inserts or replaces.
  Status put(Connection& connection, std::string_view key, std::string_view value) const;
  // False when there is none.
  Result<bool> erase(Connection& connection, std::string_view key) const;
  // In the order of keys (by bytes): those that begin with `prefix` and come after `after` ("" =
  // from the first), at most `limit`.
  Status scan(Connection& connection, std::string_view prefix, std::string_view after, size_t limit,
              const std::function<void(std::string_view key, std::string_view value)>& each) const;
  Result<int64_t> count(Connection& connection, std::string_view prefix = {}) const;

 private:
  std::string kind_;
};

extern const std::string_view kRecordTableMigration;

}  // namespace millrace
