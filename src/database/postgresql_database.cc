#include "database/postgresql_database.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <bit>
#include <cctype>
#include <cstdlib>
#include <mutex>
#include <unordered_map>

namespace millrace {

namespace {

// Types of PostgreSQL's catalogue (pg_type.dat), which are the same in every installation.
constexpr Oid kUnknown = 0;
constexpr Oid kBytes = 17;
constexpr Oid kInt8 = 20;
constexpr Oid kInt2 = 21;
constexpr Oid kInt4 = 23;
constexpr Oid kText = 25;
constexpr Oid kFloat8 = 701;
constexpr int kBinary = 1;

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Handle = std::unique_ptr<PGconn, CloseConnection>;
using ResultHandle = std::unique_ptr<PGresult, ClearResult>;

std::string firstLine(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

// "?" and "?2" as PostgreSQL spells them, outside quotes: "$1" and "$2".
std::string numberedParameters(std::string_view sql) {
  std::string numbered;
  int next = 1;
  bool quoted = false;
  for (size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] == '\'') quoted = !quoted;
    if (sql[i] != '?' || quoted) {
      numbered += sql[i];
      continue;
    }
    numbered += '$';
    bool hasNumber = i + 1 < sql.size() && std::isdigit(static_cast<unsigned char>(sql[i + 1]));
    if (!hasNumber) numbered += std::to_string(next++);
  }
  return numbered;
}

// The types of migrations as PostgreSQL spells them. Text is ordered by its bytes, not by the rules
// of a language.
std::string translatedTypes(std::string_view script) {
  std::string translated;
  std::string word;
  auto end = [&] {
    if (word == "TEXT") word = "TEXT COLLATE \"C\"";
    if (word == "BLOB") word = "BYTEA";
    translated += word;
    word.clear();
  };
  for (char c : script) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '_') {
      word += c;
      continue;
    }
    end();
    translated += c;
  }
  end();
  return translated;
}

template <typename Integer>
std::string bigEndian(Integer number) {
  std::string bytes;
  for (int shift = static_cast<int>(sizeof number) * 8 - 8; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(number >> shift);
  }
  return bytes;
}

// A value as PostgreSQL's binary format has it.
struct Parameter {
  Oid type = kUnknown;
  bool null = false;
  std::string bytes;
};

Parameter parameterOf(const SqlValue& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    return {kInt8, false, bigEndian(static_cast<uint64_t>(*number))};
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return {kFloat8, false, bigEndian(std::bit_cast<uint64_t>(*real))};
  }
  if (const auto* text = std::get_if<std::string>(&value)) return {kText, false, *text};
  if (const auto* blob = std::get_if<SqlBytes>(&value)) return {kBytes, false, blob->bytes};
  return {kUnknown, true, {}};
}

class PostgresqlRow final : public Row {
 public:
  PostgresqlRow(const PGresult* result, int row) : result_(result), row_(row) {}

  bool isNull(int column) const override { return PQgetisnull(result_, row_, column) != 0; }

  int64_t integer(int column) const override {
    std::string_view bytes = text(column);
    if (bytes.empty()) return 0;  // NULL
    switch (PQftype(result_, column)) {
      case kInt2:
        return static_cast<int16_t>(unsignedOf(bytes));
      case kInt4:
        return static_cast<int32_t>(unsignedOf(bytes));
      default:
        return static_cast<int64_t>(unsignedOf(bytes));
    }
  }

  double real(int column) const override {
    if (PQftype(result_, column) != kFloat8) return static_cast<double>(integer(column));
    return std::bit_cast<double>(unsignedOf(text(column)));
  }

  std::string_view text(int column) const override {
    return {PQgetvalue(result_, row_, column),
            static_cast<size_t>(PQgetlength(result_, row_, column))};
  }

 private:
  static uint64_t unsignedOf(std::string_view bytes) {
    uint64_t number = 0;
    for (char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
    return number;
  }

  const PGresult* result_;
  int row_;
};

// One connection with its prepared statements, on one thread at a time.
class Session {
 public:
  static Result<std::unique_ptr<Session>> connect(const std::string& url) {
    const char* names[] = {"connect_timeout",
                           "keepalives_idle",
                           "tcp_user_timeout",
                           "application_name",
                           "dbname",
                           "client_encoding",
                           nullptr};
    // What the URL says wins over what stands in front of it.
    const char* values[] = {"5", "10", "20000", "millrace", url.c_str(), "UTF8", nullptr};
    auto session = std::make_unique<Session>();
    session->handle_.reset(PQconnectdbParams(names, values, 1));
    PGconn* handle = session->handle_.get();
    session->name_ = fmt::format("PostgreSQL database '{}' at {}:{}", PQdb(handle), PQhost(handle),
                                 PQport(handle));
    if (PQstatus(handle) != CONNECTION_OK) {
      return Error(ErrorKind::kIo, fmt::format("{} cannot be reached: {}", session->name_,
                                               firstLine(PQerrorMessage(handle))))
          .withHint("Check that the server runs, and the user, password and name in the location.");
    }
    PQsetNoticeProcessor(
        handle, [](void*, const char*) {}, nullptr);
    // Committed means on disk, whatever the server's default is.
    TRY(session->execute("SET synchronous_commit = on"));
    return session;
  }

  Status execute(const std::string& sql) {
    ResultHandle result(PQexec(handle_.get(), sql.c_str()));
    return check(result.get());
  }

  Result<ResultHandle> query(std::string_view sql, const std::vector<SqlValue>& values) {
    std::vector<Parameter> parameters;
    for (const SqlValue& value : values) parameters.push_back(parameterOf(value));
    std::string name = TRY(prepare(sql, parameters));
    std::vector<const char*> texts;
    std::vector<int> lengths;
    for (const Parameter& parameter : parameters) {
      texts.push_back(parameter.null ? nullptr : parameter.bytes.c_str());
      lengths.push_back(static_cast<int>(parameter.bytes.size()));
    }
    std::vector<int> formats(parameters.size(), kBinary);
    ResultHandle result(PQexecPrepared(handle_.get(), name.c_str(), static_cast<int>(texts.size()),
                                       texts.data(), lengths.data(), formats.data(), kBinary));
    TRY(check(result.get()));
    return result;
  }

  // The connection is gone.
  bool lost() const { return PQstatus(handle_.get()) != CONNECTION_OK; }
  // The server asks for the transaction once more.
  bool mustRetry() const { return mustRetry_; }
  void beginAfresh() { mustRetry_ = false; }
  bool inTransaction() const { return PQtransactionStatus(handle_.get()) != PQTRANS_IDLE; }
  const std::string& name() const { return name_; }

 private:
  Result<std::string> prepare(std::string_view sql, const std::vector<Parameter>& parameters) {
    std::string key(sql);
    std::vector<Oid> types;
    for (const Parameter& parameter : parameters) {
      types.push_back(parameter.type);
      key += fmt::format(" {}", parameter.type);
    }
    auto found = prepared_.find(key);
    if (found != prepared_.end()) return found->second;
    std::string name = fmt::format("s{}", prepared_.size());
    ResultHandle result(PQprepare(handle_.get(), name.c_str(), numberedParameters(sql).c_str(),
                                  static_cast<int>(types.size()), types.data()));
    TRY(check(result.get()));
    prepared_.emplace(std::move(key), name);
    return name;
  }

  Status check(const PGresult* result) {
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
    if (lost()) {
      return Error(ErrorKind::kIo, fmt::format("lost the connection to {}: {}", name_,
                                               firstLine(PQerrorMessage(handle_.get()))))
          .withHint("It is opened anew with the next call; check that the server runs.");
    }
    const char* field = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    std::string state = field == nullptr ? "" : field;
    // serialization_failure, deadlock_detected
    if (state == "40001" || state == "40P01") mustRetry_ = true;
    ErrorKind kind = state == "42501" ? ErrorKind::kPermission : ErrorKind::kIo;
    return Error(kind, fmt::format("{}: {}", name_, firstLine(PQresultErrorMessage(result))));
  }

  Handle handle_;
  std::string name_;
  bool mustRetry_ = false;
  std::unordered_map<std::string, std::string> prepared_;  // by text and types of parameters
};

class PostgresqlConnection final : public Connection {
 public:
  explicit PostgresqlConnection(Session& session) : session_(session) {}

  Status query(std::string_view sql, const std::vector<SqlValue>& values,
               const std::function<void(const Row&)>& each) override {
    ResultHandle result = TRY(session_.query(sql, values));
    changes_ = std::atoll(PQcmdTuples(result.get()));
    int rows = PQntuples(result.get());
    for (int row = 0; row < rows; ++row) each(PostgresqlRow(result.get(), row));
    return {};
  }

  int64_t changes() const override { return changes_; }

 private:
  Session& session_;
  int64_t changes_ = 0;
};

class PostgresqlDatabase final : public Database {
 public:
  explicit PostgresqlDatabase(std::string url) : url_(std::move(url)) {}

  Status open(Migrations migrations) {
    char* problem = nullptr;
    PQconninfoOption* options = PQconninfoParse(url_.c_str(), &problem);
    if (options == nullptr) {
      // The text quotes the location, which may hold a password, behind a colon.
      std::string text = problem == nullptr ? "no memory" : firstLine(problem);
      PQfreemem(problem);
      return Error(ErrorKind::kInvalidOption, fmt::format("location of the PostgreSQL database: {}",
                                                          text.substr(0, text.find(": \""))))
          .withHint("Write postgresql://user@host:port/database.");
    }
    PQconninfoFree(options);
    TRY(connectWriter());
    return migrate(migrations);
  }

  Status write(const std::function<Status(Connection&)>& body) override {
    std::lock_guard lock(writeMutex_);
    for (int attempt = 0;; ++attempt) {
      if (!writer_) TRY(connectWriter());
      bool committing = false;
      Status status = transaction(*writer_, "BEGIN ISOLATION LEVEL SERIALIZABLE", body, committing);
      bool lost = writer_->lost();
      bool again = writer_->mustRetry() || (lost && !committing);
      if (lost) writer_.reset();
      if (lost && committing) {
        return std::move(status).error().withHint(
            "It was lost while a change was committed: whether it was made can be read.");
      }
      if (!again || attempt == kAttempts) return status;
    }
  }

  Status read(const std::function<Status(Connection&)>& body) override {
    for (int attempt = 0;; ++attempt) {
      std::unique_ptr<Session> reader = TRY(takeReader());
      bool committing = false;
      Status status =
          transaction(*reader, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", body, committing);
      bool again = reader->lost() || reader->mustRetry();
      if (!again) {
        std::lock_guard lock(readMutex_);
        if (readers_.size() < kIdleReaders) readers_.push_back(std::move(reader));
        return status;
      }
      if (attempt == kAttempts) return status;
    }
  }

 private:
  static constexpr int kAttempts = 10;
  static constexpr size_t kIdleReaders = 8;

  // Holds, as long as it lives, the lock that makes this process the only user of the schema: two
  // services that run the same applications would tear them apart.
  Status connectWriter() {
    std::unique_ptr<Session> session = TRY(Session::connect(url_));
    // The server may not have noticed yet that another process was killed.
    TRY(session->execute("SET lock_timeout = '5s'"));
    Result<ResultHandle> locked = session->query(
        "SELECT pg_advisory_lock(hashtext('millrace'), hashtext(current_schema()))", {});
    if (!locked.ok()) {
      if (session->lost()) return std::move(locked).error();
      return Error(ErrorKind::kIo,
                   fmt::format("{} is in use by another millrace process", session->name()))
          .withHint("Stop it, or give this one a database of its own.");
    }
    TRY(session->execute("SET lock_timeout = 0"));
    writer_ = std::move(session);
    return {};
  }

  Result<std::unique_ptr<Session>> takeReader() {
    {
      std::lock_guard lock(readMutex_);
      if (!readers_.empty()) {
        auto reader = std::move(readers_.back());
        readers_.pop_back();
        return reader;
      }
    }
    return Session::connect(url_);
  }

  // `committing`: the server may have seen the COMMIT.
  static Status transaction(Session& session, const char* begin,
                            const std::function<Status(Connection&)>& body, bool& committing) {
    session.beginAfresh();
    TRY(session.execute(begin));
    PostgresqlConnection connection(session);
    Status status = body(connection);
    committing = status.ok() && !session.mustRetry() && !session.lost();
    if (committing) status = session.execute("COMMIT");
    if (session.mustRetry() && status.ok()) {
      status = Error(ErrorKind::kIo, fmt::format("{} is too busy", session.name()));
    }
    if (!session.lost() && session.inTransaction()) (void)session.execute("ROLLBACK");
    return status;
  }

  Status migrate(Migrations migrations) {
    if (migrations.empty()) return {};
    return write([&](Connection& connection) -> Status {
      TRY(writer_->execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)"));
      int64_t version = 0;
      TRY(connection.query("SELECT version FROM schema_version", {},
                           [&](const Row& row) { version = row.integer(0); }));
      auto newest = static_cast<int64_t>(migrations.size());
      if (version > newest) {
        return Error(ErrorKind::kCorruptData,
                     fmt::format("{} has version {}, this program knows {}", writer_->name(),
                                 version, newest))
            .withHint("Use a newer program.");
      }
      if (version == newest) return {};
      for (int64_t i = version; i < newest; ++i) {
        TRY(writer_->execute(translatedTypes(migrations[static_cast<size_t>(i)])));
      }
      TRY(connection.run("DELETE FROM schema_version"));
      return connection.run("INSERT INTO schema_version (version) VALUES (?)", {newest});
    });
  }

  const std::string url_;
  std::mutex writeMutex_;
  std::unique_ptr<Session> writer_;  // none after its connection was lost
  std::mutex readMutex_;
  std::vector<std::unique_ptr<Session>> readers_;
};

}  // namespace

Result<std::unique_ptr<Database>> openPostgresqlDatabase(const std::string& url,
                                                         Migrations migrations) {
  auto database = std::make_unique<PostgresqlDatabase>(url);
  TRY(database->open(migrations));
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace millrace
