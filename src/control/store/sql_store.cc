// The store over a Database. All SQL of the control plane is in this file and in schema.cc.
#include <fmt/format.h>

#include <limits>

#include "control/store/record_codec.h"
#include "control/store/schema.h"
#include "control/store/store.h"
#include "database/database.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

using Values = std::vector<SqlValue>;

SqlValue text(std::string_view value) { return std::string(value); }

int64_t before(int64_t number) {
  return number == 0 ? std::numeric_limits<int64_t>::max() : number;
}

class SqlTransaction final : public StoreWriter {
 public:
  explicit SqlTransaction(Connection& connection) : connection_(connection) {}

  Result<std::optional<Application>> findApplication(std::string_view name) override {
    return one<Application>("SELECT record FROM application WHERE name = ?", {text(name)});
  }
  Result<std::optional<Application>> findApplication(int64_t id) override {
    return one<Application>("SELECT record FROM application WHERE id = ?", {id});
  }
  Result<std::vector<Application>> listApplications(std::string_view after,
                                                    int64_t limit) override {
    return all<Application>("SELECT record FROM application WHERE name > ? ORDER BY name LIMIT ?",
                            {text(after), limit});
  }
  Result<int64_t> countApplications() override {
    return number("SELECT COUNT(*) FROM application", {});
  }
  Result<std::vector<int64_t>> applicationIds() override {
    return numbers("SELECT id FROM application ORDER BY id", {});
  }
  Result<std::vector<int64_t>> overdueApplications(int64_t nowMillis) override {
    return numbers(
        "SELECT id FROM application WHERE deadline > 0 AND deadline <= ? "
        "UNION SELECT application FROM snapshot WHERE deadline > 0 AND deadline <= ?",
        {nowMillis, nowMillis});
  }
  Result<std::optional<int64_t>> nextDeadline() override {
    std::vector<int64_t> found = TRY(
        numbers("SELECT MIN(deadline) FROM (SELECT deadline FROM application WHERE deadline > 0 "
                "UNION ALL SELECT deadline FROM snapshot WHERE deadline > 0) AS deadlines",
                {}));
    if (found.empty() || found[0] == 0) return std::optional<int64_t>();
    return std::optional<int64_t>(found[0]);
  }

  Result<std::optional<ApplicationVersion>> findVersion(int64_t application,
                                                        int64_t version) override {
    return one<ApplicationVersion>("SELECT record FROM version WHERE application = ? AND id = ?",
                                   {application, version});
  }
  Result<std::vector<ApplicationVersion>> listVersions(int64_t application, int64_t last,
                                                       int64_t limit) override {
    return all<ApplicationVersion>(
        "SELECT record FROM version WHERE application = ? AND id < ? ORDER BY id DESC LIMIT ?",
        {application, before(last), limit});
  }

  Result<std::optional<OperationRecord>> findOperation(int64_t application,
                                                       std::string_view id) override {
    return one<OperationRecord>("SELECT record FROM operation WHERE application = ? AND id = ?",
                                {application, text(id)});
  }
  Result<std::vector<Numbered<OperationRecord>>> listOperations(int64_t application,
                                                                const OperationFilter& filter,
                                                                int64_t last,
                                                                int64_t limit) override {
    std::vector<Numbered<OperationRecord>> operations;
    Status decoded;
    TRY(connection_.query(
        "SELECT number, record FROM operation WHERE application = ? AND number < ? "
        "AND (? = '' OR operation = ?) AND (? = '' OR status = ?) ORDER BY number DESC LIMIT ?",
        {application, before(last), text(filter.operation), text(filter.operation),
         text(filter.status), text(filter.status), limit},
        [&](const Row& row) {
          Numbered<OperationRecord>& operation = operations.emplace_back();
          operation.number = row.integer(0);
          Status status = decodeRecord(row.text(1), operation.value);
          if (!status.ok()) decoded = status;
        }));
    TRY(decoded);
    return operations;
  }

  Result<std::optional<Snapshot>> findSnapshot(int64_t application,
                                               std::string_view name) override {
    return one<Snapshot>("SELECT record FROM snapshot WHERE application = ? AND name = ?",
                         {application, text(name)});
  }
  Result<std::vector<Snapshot>> listSnapshots(int64_t application, int64_t after,
                                              int64_t limit) override {
    return all<Snapshot>(
        "SELECT record FROM snapshot WHERE application = ? AND id > ? ORDER BY id LIMIT ?",
        {application, after, limit});
  }
  Result<std::vector<Snapshot>> snapshotsIn(int64_t application, std::string_view status) override {
    return all<Snapshot>(
        "SELECT record FROM snapshot WHERE application = ? AND status = ? ORDER BY id",
        {application, text(status)});
  }
  Result<std::optional<Snapshot>> latestReadySnapshot(int64_t application) override {
    return one<Snapshot>(
        "SELECT record FROM snapshot WHERE application = ? AND status = 'READY' "
        "ORDER BY id DESC LIMIT 1",
        {application});
  }
  Result<int64_t> countSnapshots(int64_t application) override {
    return number("SELECT COUNT(*) FROM snapshot WHERE application = ?", {application});
  }

  Result<std::string> codeContent(int64_t application, std::string_view key) override {
    std::optional<std::string> bytes;
    TRY(connection_.query("SELECT bytes FROM zip_content WHERE application = ? AND content_key = ?",
                          {application, text(key)},
                          [&](const Row& row) { bytes = std::string(row.text(0)); }));
    if (bytes) return std::move(*bytes);
    return Error(ErrorKind::kNotFound, fmt::format("no code '{}' in the store", key));
  }

  Status insertApplication(Application& application) override {
    application.id = TRY(nextNumber("application"));
    return connection_.run(
        "INSERT INTO application (id, name, deadline, record) VALUES (?, ?, ?, ?)",
        {application.id, application.name, application.job.deadlineMillis,
         encodeRecord(application)});
  }
  Status updateApplication(const Application& application) override {
    return connection_.run(
        "UPDATE application SET deadline = ?, record = ? WHERE id = ?",
        {application.job.deadlineMillis, encodeRecord(application), application.id});
  }
  Status deleteApplication(int64_t application) override {
    TRY(connection_.run("DELETE FROM zip_content WHERE application = ?", {application}));
    TRY(connection_.run("DELETE FROM snapshot WHERE application = ?", {application}));
    TRY(connection_.run("DELETE FROM operation WHERE application = ?", {application}));
    TRY(connection_.run("DELETE FROM version WHERE application = ?", {application}));
    return connection_.run("DELETE FROM application WHERE id = ?", {application});
  }

  Status insertVersion(int64_t application, const ApplicationVersion& version) override {
    return connection_.run("INSERT INTO version (application, id, record) VALUES (?, ?, ?)",
                           {application, version.id, encodeRecord(version)});
  }
  Status updateVersion(int64_t application, const ApplicationVersion& version) override {
    return connection_.run("UPDATE version SET record = ? WHERE application = ? AND id = ?",
                           {encodeRecord(version), application, version.id});
  }

  Status insertOperation(int64_t application, const OperationRecord& operation) override {
    int64_t next = TRY(nextNumber("operation"));
    return connection_.run(
        "INSERT INTO operation (application, number, id, operation, status, record) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        {application, next, operation.id, operation.operation, operation.status,
         encodeRecord(operation)});
  }
  Status updateOperation(int64_t application, const OperationRecord& operation) override {
    return connection_.run(
        "UPDATE operation SET status = ?, record = ? WHERE application = ? AND id = ?",
        {operation.status, encodeRecord(operation), application, operation.id});
  }

  Status insertSnapshot(int64_t application, Snapshot& snapshot) override {
    snapshot.id = TRY(nextNumber("snapshot"));
    return connection_.run(
        "INSERT INTO snapshot (application, id, name, status, deadline, record) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        {application, snapshot.id, snapshot.name, snapshot.status, snapshot.deadlineMillis,
         encodeRecord(snapshot)});
  }
  Status updateSnapshot(int64_t application, const Snapshot& snapshot) override {
    return connection_.run(
        "UPDATE snapshot SET status = ?, deadline = ?, record = ? "
        "WHERE application = ? AND name = ?",
        {snapshot.status, snapshot.deadlineMillis, encodeRecord(snapshot), application,
         snapshot.name});
  }
  Status deleteSnapshot(int64_t application, std::string_view name) override {
    return connection_.run("DELETE FROM snapshot WHERE application = ? AND name = ?",
                           {application, text(name)});
  }

  Status putCodeContent(int64_t application, std::string_view key,
                        const std::string& bytes) override {
    TRY(connection_.run("DELETE FROM zip_content WHERE application = ? AND content_key = ?",
                        {application, text(key)}));
    return connection_.run(
        "INSERT INTO zip_content (application, content_key, bytes) VALUES (?, ?, ?)",
        {application, text(key), SqlBytes{bytes}});
  }

 private:
  template <typename Record>
  Result<std::vector<Record>> all(std::string_view sql, const Values& values) {
    std::vector<Record> records;
    Status decoded;
    TRY(connection_.query(sql, values, [&](const Row& row) {
      Status status = decodeRecord(row.text(0), records.emplace_back());
      if (!status.ok()) decoded = status;
    }));
    TRY(decoded);
    return records;
  }

  template <typename Record>
  Result<std::optional<Record>> one(std::string_view sql, const Values& values) {
    std::vector<Record> records = TRY(all<Record>(sql, values));
    if (records.empty()) return std::optional<Record>();
    return std::optional<Record>(std::move(records[0]));
  }

  Result<std::vector<int64_t>> numbers(std::string_view sql, const Values& values) {
    std::vector<int64_t> found;
    TRY(connection_.query(sql, values, [&](const Row& row) { found.push_back(row.integer(0)); }));
    return found;
  }

  Result<int64_t> number(std::string_view sql, const Values& values) {
    std::vector<int64_t> found = TRY(numbers(sql, values));
    return found.empty() ? 0 : found[0];
  }

  Result<int64_t> nextNumber(std::string_view name) {
    TRY(connection_.run("UPDATE counter SET value = value + 1 WHERE name = ?", {text(name)}));
    if (connection_.changes() == 0) {
      TRY(connection_.run("INSERT INTO counter (name, value) VALUES (?, 1)", {text(name)}));
    }
    return number("SELECT value FROM counter WHERE name = ?", {text(name)});
  }

  Connection& connection_;
};

class SqlStore final : public Store {
 public:
  explicit SqlStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  Status read(const std::function<Status(StoreReader&)>& body) override {
    return database_->read([&](Connection& connection) -> Status {
      SqlTransaction transaction(connection);
      return body(transaction);
    });
  }
  Status write(const std::function<Status(StoreWriter&)>& body) override {
    return database_->write([&](Connection& connection) -> Status {
      SqlTransaction transaction(connection);
      return body(transaction);
    });
  }

 private:
  std::unique_ptr<Database> database_;
};

}  // namespace

Result<std::unique_ptr<Store>> openStore(const std::string& location) {
  std::unique_ptr<Database> database = TRY(Database::open(location, storeMigrations()));
  return std::unique_ptr<Store>(std::make_unique<SqlStore>(std::move(database)));
}

}  // namespace millrace::kinesisanalyticsv2
