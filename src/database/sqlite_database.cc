#include "database/sqlite_database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <mutex>
#include <unordered_map>

namespace millrace {

namespace {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

Error databaseError(const std::string& path, int code, std::string_view message) {
  int primary = code & 0xFF;
  if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
    return Error(ErrorKind::kCorruptData,
                 fmt::format("database '{}' is damaged: {}", path, message))
        .withHint("Restore it from a backup, or remove it to start empty.");
  }
  if (primary == SQLITE_FULL) {
    return Error(ErrorKind::kIo, fmt::format("no space for database '{}'", path))
        .withHint("Make room on the disk.");
  }
  if (primary == SQLITE_READONLY || primary == SQLITE_PERM || primary == SQLITE_CANTOPEN) {
    return Error(ErrorKind::kPermission, fmt::format("database '{}': {}", path, message))
        .withHint("Give this user access to the file and its directory.");
  }
  return Error(ErrorKind::kIo, fmt::format("database '{}': {}", path, message));
}

int bindValue(sqlite3_stmt* statement, int index, const SqlValue& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    return sqlite3_bind_int64(statement, index, *number);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return sqlite3_bind_double(statement, index, *real);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  if (const auto* blob = std::get_if<SqlBytes>(&value)) {
    return sqlite3_bind_blob64(statement, index, blob->bytes.data(), blob->bytes.size(),
                               SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, index);
}

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}

  bool isNull(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  double real(int column) const override { return sqlite3_column_double(statement_, column); }
  std::string_view text(int column) const override {
    const void* data = sqlite3_column_blob(statement_, column);
    int size = sqlite3_column_bytes(statement_, column);
    return {static_cast<const char*>(data), static_cast<size_t>(size)};
  }

 private:
  sqlite3_stmt* statement_;
};

// One handle of SQLite with its prepared statements, on one thread at a time.
struct State {
  std::string path;
  std::unique_ptr<sqlite3, CloseDatabase> handle;
  std::unordered_map<std::string, Statement> statements;

  Error error(int code) const { return databaseError(path, code, sqlite3_errmsg(handle.get())); }

  Status execute(const char* sql) const {
    int code = sqlite3_exec(handle.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return error(code);
    return {};
  }

  Result<sqlite3_stmt*> prepare(std::string_view sql) {
    auto found = statements.find(std::string(sql));
    if (found == statements.end()) {
      sqlite3_stmt* statement = nullptr;
      int code = sqlite3_prepare_v3(handle.get(), sql.data(), static_cast<int>(sql.size()),
                                    SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
      if (code != SQLITE_OK) return error(code);
      found = statements.emplace(sql, Statement(statement)).first;
    }
    return found->second.get();
  }
};

class SqliteConnection final : public Connection {
 public:
  explicit SqliteConnection(State& state) : state_(state) {}

  Status query(std::string_view sql, const std::vector<SqlValue>& values,
               const std::function<void(const Row&)>& each) override {
    sqlite3_stmt* statement = TRY(state_.prepare(sql));
    int code = SQLITE_OK;
    for (size_t i = 0; i < values.size() && code == SQLITE_OK; ++i) {
      code = bindValue(statement, static_cast<int>(i) + 1, values[i]);
    }
    while (code == SQLITE_OK || code == SQLITE_ROW) {
      code = sqlite3_step(statement);
      if (code == SQLITE_ROW) each(SqliteRow(statement));
    }
    Status status;
    if (code != SQLITE_DONE) status = state_.error(code);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return status;
  }

  int64_t changes() const override { return sqlite3_changes64(state_.handle.get()); }

 private:
  State& state_;
};

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(std::string path) : path_(std::move(path)) {}

  Status open(Migrations migrations) {
    TRY(connect(writer_));
    TRY(writer_.execute("PRAGMA journal_mode = WAL"));
    return migrate(migrations);
  }

  Status write(const std::function<Status(Connection&)>& body) override {
    std::lock_guard lock(writeMutex_);
    return transaction(writer_, "BEGIN IMMEDIATE", body);
  }

  Status read(const std::function<Status(Connection&)>& body) override {
    std::unique_ptr<State> reader = TRY(takeReader());
    Status status = transaction(*reader, "BEGIN", body);
    std::lock_guard lock(readMutex_);
    readers_.push_back(std::move(reader));
    return status;
  }

 private:
  Status connect(State& state) const {
    state.path = path_;
    sqlite3* handle = nullptr;
    int code =
        sqlite3_open_v2(path_.c_str(), &handle,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    state.handle.reset(handle);
    if (code != SQLITE_OK) return databaseError(path_, code, sqlite3_errstr(code));
    constexpr int kBusyMillis = 10'000;
    sqlite3_busy_timeout(handle, kBusyMillis);
    // Committed means on disk, also in the write-ahead log.
    TRY(state.execute("PRAGMA synchronous = FULL"));
    return state.execute("PRAGMA foreign_keys = ON");
  }

  Result<std::unique_ptr<State>> takeReader() {
    {
      std::lock_guard lock(readMutex_);
      if (!readers_.empty()) {
        auto reader = std::move(readers_.back());
        readers_.pop_back();
        return reader;
      }
    }
    auto reader = std::make_unique<State>();
    TRY(connect(*reader));
    TRY(reader->execute("PRAGMA query_only = ON"));
    return reader;
  }

  static Status transaction(State& state, const char* begin,
                            const std::function<Status(Connection&)>& body) {
    TRY(state.execute(begin));
    SqliteConnection connection(state);
    Status status = body(connection);
    if (status.ok()) status = state.execute("COMMIT");
    if (!status.ok() && sqlite3_get_autocommit(state.handle.get()) == 0) {
      (void)state.execute("ROLLBACK");
    }
    return status;
  }

  Status migrate(Migrations migrations) {
    return transaction(writer_, "BEGIN IMMEDIATE", [&](Connection& connection) -> Status {
      int64_t version = 0;
      TRY(connection.query("PRAGMA user_version", {},
                           [&](const Row& row) { version = row.integer(0); }));
      auto newest = static_cast<int64_t>(migrations.size());
      if (version > newest) {
        return Error(ErrorKind::kCorruptData,
                     fmt::format("database '{}' has version {}, this program knows {}", path_,
                                 version, newest))
            .withHint("Use a newer program.");
      }
      for (int64_t i = version; i < newest; ++i) {
        TRY(writer_.execute(std::string(migrations[static_cast<size_t>(i)]).c_str()));
      }
      return writer_.execute(fmt::format("PRAGMA user_version = {}", newest).c_str());
    });
  }

  std::string path_;
  std::mutex writeMutex_;
  State writer_;
  std::mutex readMutex_;
  std::vector<std::unique_ptr<State>> readers_;
};

}  // namespace

Result<std::unique_ptr<Database>> openSqliteDatabase(const std::string& path,
                                                     Migrations migrations) {
  auto database = std::make_unique<SqliteDatabase>(path);
  TRY(database->open(migrations));
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace millrace
