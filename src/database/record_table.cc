#include "database/record_table.h"

namespace millrace {

const std::string_view kRecordTableMigration =
    "CREATE TABLE record (kind TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,"
    " PRIMARY KEY (kind, key)) WITHOUT ROWID";

namespace {

// The first text that does not begin with the prefix; "" when there is none.
std::string after(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty()) {
    auto last = static_cast<unsigned char>(end.back());
    if (last != 0xFF) {
      end.back() = static_cast<char>(last + 1);
      return end;
    }
    end.pop_back();
  }
  return end;
}

SqlValue bytes(std::string_view text) { return SqlBytes{std::string(text)}; }

}  // namespace

Result<std::optional<std::string>> RecordTable::get(Connection& connection,
                                                    std::string_view key) const {
  std::optional<std::string> value;
  TRY(connection.query("SELECT value FROM record WHERE kind = ? AND key = ?", {kind_, bytes(key)},
                       [&](const Row& row) { value = row.text(0); }));
  return value;
}

Status RecordTable::put(Connection& connection, std::string_view key,
                        std::string_view value) const {
  return connection.run("INSERT OR REPLACE INTO record (kind, key, value) VALUES (?, ?, ?)",
                        {kind_, bytes(key), bytes(value)});
}

Result<bool> RecordTable::erase(Connection& connection, std::string_view key) const {
  TRY(connection.run("DELETE FROM record WHERE kind = ? AND key = ?", {kind_, bytes(key)}));
  return connection.changes() > 0;
}

Status RecordTable::scan(
    Connection& connection, std::string_view prefix, std::string_view after, size_t limit,
    const std::function<void(std::string_view key, std::string_view value)>& each) const {
  std::string end = millrace::after(prefix);
  auto row = [&](const Row& found) { each(found.text(0), found.text(1)); };
  // A NULL as end: no prefix, or one of 0xFF only.
  SqlValue bound;
  if (!end.empty()) bound = bytes(end);
  return connection.query(
      "SELECT key, value FROM record WHERE kind = ?1 AND key >= ?2 AND key > ?3"
      " AND (?4 IS NULL OR key < ?4) ORDER BY key LIMIT ?5",
      {kind_, bytes(prefix), bytes(after), bound, static_cast<int64_t>(limit)}, row);
}

Result<int64_t> RecordTable::count(Connection& connection, std::string_view prefix) const {
  std::string end = millrace::after(prefix);
  SqlValue bound;
  if (!end.empty()) bound = bytes(end);
  int64_t count = 0;
  TRY(connection.query(
      "SELECT count(*) FROM record WHERE kind = ?1 AND key >= ?2"
      " AND (?3 IS NULL OR key < ?3)",
      {kind_, bytes(prefix), bound}, [&](const Row& row) { count = row.integer(0); }));
  return count;
}

}  // namespace millrace
