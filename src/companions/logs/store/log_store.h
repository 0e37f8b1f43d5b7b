// LogStore: log groups, their streams and their events in one database.
//
// What a committed write() put in is on disk when it returns. Functions of Transaction are for
// bodies of read() and write().
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "aws/model/api_error.h"
#include "database/database.h"

namespace millrace::logs {

struct LogGroupRecord {
  int64_t id = 0;  // never used twice
  std::string account;
  std::string region;
  std::string name;
  int64_t createdMillis = 0;
  int64_t retentionDays = 0;  // 0 = events never expire
  std::string kmsKeyId;
  std::string groupClass;
  bool isProtected = false;
  int64_t storedBytes = 0;

  // The oldest time that an event may have, at that moment.
  int64_t oldestMillis(int64_t nowMillis) const;
};

struct LogStreamRecord {
  int64_t id = 0;  // never used twice
  int64_t group = 0;
  std::string name;
  int64_t createdMillis = 0;
  int64_t lastEventMillis = 0;  // 0 = it has no event
  int64_t lastIngestionMillis = 0;
};

// Where an event is among those of its group: by time, then in the order of their arrival.
struct EventPosition {
  int64_t timeMillis = 0;
  int64_t sequence = 0;
  auto operator<=>(const EventPosition&) const = default;
};

struct EventRecord {
  EventPosition position;
  int64_t stream = 0;
  int64_t ingestedMillis = 0;
  std::string message;
};

struct NewEvent {
  int64_t timeMillis = 0;
  std::string_view message;
};

// What AWS counts for an event beside its message.
inline constexpr int64_t kEventOverheadBytes = 26;

// Which events are read: those in [from, to) of the group, or of one stream of it.
struct EventRange {
  int64_t group = 0;
  int64_t stream = 0;  // 0 = all
  int64_t fromMillis = 0;
  int64_t toMillis = INT64_MAX;
  bool descending = false;
  // Only events behind (descending: before) that position.
  std::optional<EventPosition> after;
};

class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) {}

  Result<std::optional<LogGroupRecord>> findGroup(const std::string& account,
                                                  const std::string& region,
                                                  const std::string& name);
  // In the order of names: those that begin with `prefix` and come after `after`.
  Result<std::vector<LogGroupRecord>> groups(const std::string& account, const std::string& region,
                                             const std::string& prefix, const std::string& after);
  Status insertGroup(LogGroupRecord& group);  // sets its id
  Status updateGroup(const LogGroupRecord& group);
  Status deleteGroup(int64_t group);
  Result<std::vector<LogGroupRecord>> expiringGroups();

  Result<std::map<std::string, std::string>> tags(int64_t group);
  Status putTag(int64_t group, const std::string& key, const std::string& value);
  Status deleteTag(int64_t group, const std::string& key);

  Result<std::optional<LogStreamRecord>> findStream(int64_t group, const std::string& name);
  // By name, after `after`; at most `limit`.
  Result<std::vector<LogStreamRecord>> streams(int64_t group, const std::string& prefix,
                                               const std::string& after, bool descending,
                                               int64_t limit);
  // By the time of the last event, then by name; after a stream with these.
  Result<std::vector<LogStreamRecord>> streamsByTime(
      int64_t group, const std::optional<std::pair<int64_t, std::string>>& after, bool descending,
      int64_t limit);
  Result<std::map<int64_t, std::string>> streamNames(int64_t group);
  Status insertStream(LogStreamRecord& stream);
  Status deleteStream(const LogStreamRecord& stream);
  Result<std::optional<int64_t>> firstEventMillis(int64_t stream, int64_t oldestMillis);

  Status append(const LogStreamRecord& stream, const std::vector<NewEvent>& events,
                int64_t nowMillis);
  // Some events of the range, in its order; fewer than `limit` only when there are no more.
  Result<std::vector<EventRecord>> events(const EventRange& range, int64_t limit);

  // Deletes events of groups and streams that are gone, and those before `oldestMillis` of a group;
  // at most `limit`. False when nothing was left.
  Result<bool> deleteGarbage(int64_t limit);
  Result<bool> deleteExpired(int64_t group, int64_t oldestMillis, int64_t limit);

 private:
  Status deleteEvents(const std::string& sql, const std::vector<SqlValue>& values, int64_t& count);

  Connection& connection_;
};

// Thread-safe.
class LogStore {
 public:
  static Result<std::unique_ptr<LogStore>> open(const std::string& directory);

  // Runs the body in a transaction: a function of Transaction& that returns an Outcome. An error of
  // either kind rolls a write back and is returned. Do not nest.
  template <typename Body>
  auto read(const Body& body) {
    return run<Body>(body, [&](const auto& inner) { return database_->read(inner); });
  }
  template <typename Body>
  auto write(const Body& body) {
    return run<Body>(body, [&](const auto& inner) { return database_->write(inner); });
  }

 private:
  explicit LogStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  template <typename Body, typename Run>
  static std::invoke_result_t<Body, Transaction&> run(const Body& body, const Run& runInDatabase) {
    std::optional<std::invoke_result_t<Body, Transaction&>> outcome;
    Status status = runInDatabase([&](Connection& connection) -> Status {
      Transaction transaction(connection);
      outcome.emplace(body(transaction));
      if (outcome->ok()) return {};
      return Error(ErrorKind::kCancelled, "rolled back");
    });
    if (outcome && !outcome->ok()) return *std::move(outcome);
    if (!status.ok()) return std::move(status).error();
    return *std::move(outcome);
  }

  std::unique_ptr<Database> database_;
};

}  // namespace millrace::logs
