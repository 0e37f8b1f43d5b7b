#include "companions/logs/store/log_store.h"

#include <algorithm>

#include "companions/logs/store/schema.h"

namespace millrace::logs {

Result<std::unique_ptr<LogStore>> LogStore::open(const std::string& directory) {
  auto database = TRY(Database::open(directory + "/logs.sqlite", kMigrations));
  return std::unique_ptr<LogStore>(new LogStore(std::move(database)));
}

int64_t LogGroupRecord::oldestMillis(int64_t nowMillis) const {
  constexpr int64_t kDayMillis = 86'400'000;
  return retentionDays == 0 ? 0 : nowMillis - retentionDays * kDayMillis;
}

namespace {

#define MILLRACE_GROUP_COLUMNS \
  "id, account, region, name, created, retention, kms_key, class, protected, bytes"
#define MILLRACE_STREAM_COLUMNS "id, log_group, name, created, last_event, last_ingestion"

LogGroupRecord groupOf(const Row& row) {
  LogGroupRecord group;
  group.id = row.integer(0);
  group.account = row.text(1);
  group.region = row.text(2);
  group.name = row.text(3);
  group.createdMillis = row.integer(4);
  group.retentionDays = row.integer(5);
  group.kmsKeyId = row.text(6);
  group.groupClass = row.text(7);
  group.isProtected = row.integer(8) != 0;
  group.storedBytes = row.integer(9);
  return group;
}

LogStreamRecord streamOf(const Row& row) {
  LogStreamRecord stream;
  stream.id = row.integer(0);
  stream.group = row.integer(1);
  stream.name = row.text(2);
  stream.createdMillis = row.integer(3);
  stream.lastEventMillis = row.integer(4);
  stream.lastIngestionMillis = row.integer(5);
  return stream;
}

// The first text behind all that begin with the prefix; names have no byte as high as that.
std::string behindPrefix(const std::string& prefix) { return prefix + "\xFF"; }

}  // namespace

Result<std::optional<LogGroupRecord>> Transaction::findGroup(const std::string& account,
                                                             const std::string& region,
                                                             const std::string& name) {
  std::optional<LogGroupRecord> group;
  TRY(connection_.query("SELECT " MILLRACE_GROUP_COLUMNS
                        " FROM log_group WHERE account = ? AND region = ? AND name = ?",
                        {account, region, name}, [&](const Row& row) { group = groupOf(row); }));
  return group;
}

Result<std::vector<LogGroupRecord>> Transaction::groups(const std::string& account,
                                                        const std::string& region,
                                                        const std::string& prefix,
                                                        const std::string& after) {
  std::vector<LogGroupRecord> groups;
  TRY(connection_.query("SELECT " MILLRACE_GROUP_COLUMNS
                        " FROM log_group WHERE account = ? AND region = ? AND name >= ? AND "
                        "name < ? AND name > ? ORDER BY name",
                        {account, region, prefix, behindPrefix(prefix), after},
                        [&](const Row& row) { groups.push_back(groupOf(row)); }));
  return groups;
}

Status Transaction::insertGroup(LogGroupRecord& group) {
  return connection_.query(
      "INSERT INTO log_group (account, region, name, created, retention, kms_key, class, "
      "protected, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
      {group.account, group.region, group.name, group.createdMillis, group.retentionDays,
       group.kmsKeyId, group.groupClass, int64_t{group.isProtected}, group.storedBytes},
      [&](const Row& row) { group.id = row.integer(0); });
}

Status Transaction::updateGroup(const LogGroupRecord& group) {
  return connection_.run(
      "UPDATE log_group SET retention = ?, kms_key = ?, class = ?, protected = ? WHERE id = ?",
      {group.retentionDays, group.kmsKeyId, group.groupClass, int64_t{group.isProtected},
       group.id});
}

Status Transaction::deleteGroup(int64_t group) {
  TRY(connection_.run("INSERT OR REPLACE INTO garbage (log_group, stream) VALUES (?, 0)", {group}));
  TRY(connection_.run("DELETE FROM tag WHERE log_group = ?", {group}));
  TRY(connection_.run("DELETE FROM log_stream WHERE log_group = ?", {group}));
  return connection_.run("DELETE FROM log_group WHERE id = ?", {group});
}

Result<std::vector<LogGroupRecord>> Transaction::expiringGroups() {
  std::vector<LogGroupRecord> groups;
  TRY(connection_.query("SELECT " MILLRACE_GROUP_COLUMNS " FROM log_group WHERE retention > 0", {},
                        [&](const Row& row) { groups.push_back(groupOf(row)); }));
  return groups;
}

Result<std::map<std::string, std::string>> Transaction::tags(int64_t group) {
  std::map<std::string, std::string> tags;
  TRY(connection_.query("SELECT key, value FROM tag WHERE log_group = ?", {group},
                        [&](const Row& row) { tags.emplace(row.text(0), row.text(1)); }));
  return tags;
}

Status Transaction::putTag(int64_t group, const std::string& key, const std::string& value) {
  return connection_.run("INSERT OR REPLACE INTO tag (log_group, key, value) VALUES (?, ?, ?)",
                         {group, key, value});
}

Status Transaction::deleteTag(int64_t group, const std::string& key) {
  return connection_.run("DELETE FROM tag WHERE log_group = ? AND key = ?", {group, key});
}

Result<std::optional<LogStreamRecord>> Transaction::findStream(int64_t group,
                                                               const std::string& name) {
  std::optional<LogStreamRecord> stream;
  TRY(connection_.query("SELECT " MILLRACE_STREAM_COLUMNS
                        " FROM log_stream WHERE log_group = ? AND name = ?",
                        {group, name}, [&](const Row& row) { stream = streamOf(row); }));
  return stream;
}

Result<std::vector<LogStreamRecord>> Transaction::streams(int64_t group, const std::string& prefix,
                                                          const std::string& after, bool descending,
                                                          int64_t limit) {
  std::vector<LogStreamRecord> streams;
  auto add = [&](const Row& row) { streams.push_back(streamOf(row)); };
  if (descending) {
    TRY(connection_.query("SELECT " MILLRACE_STREAM_COLUMNS
                          " FROM log_stream WHERE log_group = ? AND name >= ? AND name < ? "
                          "ORDER BY name DESC LIMIT ?",
                          {group, prefix, after.empty() ? behindPrefix(prefix) : after, limit},
                          add));
    return streams;
  }
  TRY(connection_.query("SELECT " MILLRACE_STREAM_COLUMNS
                        " FROM log_stream WHERE log_group = ? AND name >= ? AND name < ? AND "
                        "name > ? ORDER BY name LIMIT ?",
                        {group, prefix, behindPrefix(prefix), after, limit}, add));
  return streams;
}

Result<std::vector<LogStreamRecord>> Transaction::streamsByTime(
    int64_t group, const std::optional<std::pair<int64_t, std::string>>& after, bool descending,
    int64_t limit) {
  std::vector<LogStreamRecord> streams;
  auto add = [&](const Row& row) { streams.push_back(streamOf(row)); };
  if (descending) {
    int64_t time = after ? after->first : INT64_MAX;
    TRY(connection_.query("SELECT " MILLRACE_STREAM_COLUMNS
                          " FROM log_stream WHERE log_group = ? AND (last_event, name) < (?, ?) "
                          "ORDER BY last_event DESC, name DESC LIMIT ?",
                          {group, time, after ? after->second : std::string(), limit}, add));
    return streams;
  }
  TRY(connection_.query(
      "SELECT " MILLRACE_STREAM_COLUMNS
      " FROM log_stream WHERE log_group = ? AND (last_event, name) > (?, ?) "
      "ORDER BY last_event, name LIMIT ?",
      {group, after ? after->first : int64_t{-1}, after ? after->second : std::string(), limit},
      add));
  return streams;
}

Result<std::map<int64_t, std::string>> Transaction::streamNames(int64_t group) {
  std::map<int64_t, std::string> names;
  TRY(connection_.query("SELECT id, name FROM log_stream WHERE log_group = ?", {group},
                        [&](const Row& row) { names.emplace(row.integer(0), row.text(1)); }));
  return names;
}

Status Transaction::insertStream(LogStreamRecord& stream) {
  return connection_.query(
      "INSERT INTO log_stream (log_group, name, created, last_event, last_ingestion) "
      "VALUES (?, ?, ?, 0, 0) RETURNING id",
      {stream.group, stream.name, stream.createdMillis},
      [&](const Row& row) { stream.id = row.integer(0); });
}

Status Transaction::deleteStream(const LogStreamRecord& stream) {
  TRY(connection_.run("INSERT INTO garbage (log_group, stream) VALUES (?, ?)",
                      {stream.group, stream.id}));
  return connection_.run("DELETE FROM log_stream WHERE id = ?", {stream.id});
}

Result<std::optional<int64_t>> Transaction::firstEventMillis(int64_t stream, int64_t oldestMillis) {
  std::optional<int64_t> first;
  TRY(connection_.query("SELECT min(time) FROM event WHERE stream = ? AND time >= ?",
                        {stream, oldestMillis}, [&](const Row& row) {
                          if (!row.isNull(0)) first = row.integer(0);
                        }));
  return first;
}

Status Transaction::append(const LogStreamRecord& stream, const std::vector<NewEvent>& events,
                           int64_t nowMillis) {
  int64_t sequence = 0;
  auto count = static_cast<int64_t>(events.size());
  TRY(connection_.query("UPDATE next_sequence SET value = value + ? RETURNING value", {count},
                        [&](const Row& row) { sequence = row.integer(0) - count; }));
  int64_t bytes = 0;
  int64_t last = 0;
  for (const NewEvent& event : events) {
    TRY(
        connection_.run("INSERT INTO event (log_group, time, sequence, stream, ingested, message) "
                        "VALUES (?, ?, ?, ?, ?, ?)",
                        {stream.group, event.timeMillis, sequence++, stream.id, nowMillis,
                         std::string(event.message)}));
    bytes += static_cast<int64_t>(event.message.size()) + kEventOverheadBytes;
    last = std::max(last, event.timeMillis);
  }
  TRY(connection_.run(
      "UPDATE log_stream SET last_event = max(last_event, ?), last_ingestion = ? WHERE id = ?",
      {last, nowMillis, stream.id}));
  return connection_.run("UPDATE log_group SET bytes = bytes + ? WHERE id = ?",
                         {bytes, stream.group});
}

Result<std::vector<EventRecord>> Transaction::events(const EventRange& range, int64_t limit) {
  std::vector<EventRecord> events;
  auto add = [&](const Row& row) {
    events.push_back({{row.integer(0), row.integer(1)},
                      row.integer(2),
                      row.integer(3),
                      std::string(row.text(4))});
  };
  EventPosition from{range.fromMillis, 0};
  EventPosition to{range.toMillis, 0};
  if (range.after && range.descending) to = std::min(to, *range.after);
  if (range.after && !range.descending) {
    from = std::max(from, {range.after->timeMillis, range.after->sequence + 1});
  }
  std::vector<SqlValue> values = {range.stream != 0 ? range.stream : range.group,
                                  from.timeMillis,
                                  from.sequence,
                                  to.timeMillis,
                                  to.sequence,
                                  limit};
  constexpr std::string_view kByGroup =
      "SELECT time, sequence, stream, ingested, message FROM event WHERE log_group = ? AND "
      "(time, sequence) >= (?, ?) AND (time, sequence) < (?, ?) ORDER BY time, sequence LIMIT ?";
  constexpr std::string_view kByGroupDescending =
      "SELECT time, sequence, stream, ingested, message FROM event WHERE log_group = ? AND "
      "(time, sequence) >= (?, ?) AND (time, sequence) < (?, ?) "
      "ORDER BY time DESC, sequence DESC LIMIT ?";
  constexpr std::string_view kByStream =
      "SELECT time, sequence, stream, ingested, message FROM event WHERE stream = ? AND "
      "(time, sequence) >= (?, ?) AND (time, sequence) < (?, ?) ORDER BY time, sequence LIMIT ?";
  constexpr std::string_view kByStreamDescending =
      "SELECT time, sequence, stream, ingested, message FROM event WHERE stream = ? AND "
      "(time, sequence) >= (?, ?) AND (time, sequence) < (?, ?) "
      "ORDER BY time DESC, sequence DESC LIMIT ?";
  std::string_view sql = range.descending ? kByGroupDescending : kByGroup;
  if (range.stream != 0) sql = range.descending ? kByStreamDescending : kByStream;
  TRY(connection_.query(sql, values, add));
  return events;
}

Status Transaction::deleteEvents(const std::string& sql, const std::vector<SqlValue>& values,
                                 int64_t& count) {
  struct Found {
    int64_t group;
    int64_t time;
    int64_t sequence;
    int64_t bytes;
  };
  std::vector<Found> found;
  TRY(connection_.query(sql, values, [&](const Row& row) {
    found.push_back(
        {row.integer(0), row.integer(1), row.integer(2), row.integer(3) + kEventOverheadBytes});
  }));
  std::map<int64_t, int64_t> bytes;
  for (const Found& event : found) {
    TRY(connection_.run("DELETE FROM event WHERE log_group = ? AND time = ? AND sequence = ?",
                        {event.group, event.time, event.sequence}));
    bytes[event.group] += event.bytes;
  }
  for (const auto& [group, freed] : bytes) {
    TRY(connection_.run("UPDATE log_group SET bytes = max(0, bytes - ?) WHERE id = ?",
                        {freed, group}));
  }
  count = static_cast<int64_t>(found.size());
  return {};
}

Result<bool> Transaction::deleteGarbage(int64_t limit) {
  std::optional<std::pair<int64_t, int64_t>> first;
  TRY(connection_.query("SELECT log_group, stream FROM garbage LIMIT 1", {},
                        [&](const Row& row) { first.emplace(row.integer(0), row.integer(1)); }));
  if (!first) return false;
  bool wholeGroup = first->second == 0;
  int64_t count = 0;
  TRY(deleteEvents(
      wholeGroup ? "SELECT log_group, time, sequence, length(CAST(message AS BLOB)) FROM event "
                   "WHERE log_group = ? LIMIT ?"
                 : "SELECT log_group, time, sequence, length(CAST(message AS BLOB)) FROM event "
                   "WHERE stream = ? LIMIT ?",
      {wholeGroup ? first->first : first->second, limit}, count));
  if (count == limit) return true;
  TRY(connection_.run("DELETE FROM garbage WHERE log_group = ? AND stream = ?",
                      {first->first, first->second}));
  return true;
}

Result<bool> Transaction::deleteExpired(int64_t group, int64_t oldestMillis, int64_t limit) {
  int64_t count = 0;
  TRY(
      deleteEvents("SELECT log_group, time, sequence, length(CAST(message AS BLOB)) FROM event "
                   "WHERE log_group = ? AND time < ? LIMIT ?",
                   {group, oldestMillis, limit}, count));
  return count == limit;
}

}  // namespace millrace::logs
