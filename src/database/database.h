// Database: small durable tables, in a SQLite file or in PostgreSQL, brought to the newest version
// by migrations when it is opened.
//
//   auto database = TRY(Database::open(path, kMigrations));
//   TRY(database->write([&](Connection& connection) -> Status {
//     return connection.run("INSERT INTO stream (name, shards) VALUES (?, ?)", {name, shards});
//   }));
//   TRY(database->read([&](Connection& connection) {
//     return connection.query("SELECT shards FROM stream WHERE name = ?", {name},
//                             [&](const Row& row) { shards = row.integer(0); });
//   }));
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace millrace {

// What is bound to a '?': NULL, an integer, a real, text, or bytes.
struct SqlBytes {
  std::string bytes;
};
using SqlValue = std::variant<std::monostate, int64_t, double, std::string, SqlBytes>;

// One row of a result, valid during the callback. Columns count from 0.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool isNull(int column) const = 0;
  virtual int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string_view text(int column) const = 0;  // also bytes
};

// Statements within one transaction. Prepared statements are kept, so texts should be constants.
class Connection {
 public:
  virtual ~Connection() = default;
  Status run(std::string_view sql, const std::vector<SqlValue>& values = {});
  virtual Status query(std::string_view sql, const std::vector<SqlValue>& values,
                       const std::function<void(const Row&)>& each) = 0;
  // Rows that the last run() inserted, updated or deleted.
  virtual int64_t changes() const = 0;
};

// Version n of a schema is reached by the script at n - 1. Scripts that were released never change;
// new ones are appended. Types are TEXT (ordered by its bytes), BIGINT and BLOB where a schema is
// for both kinds of database.
using Migrations = std::span<const std::string_view>;

// Thread-safe: one writer at a time, readers beside it. Committed means on disk. Errors name the
// file or the server, never a password: kCorruptData when it is no database or newer than this
// program, kIo when the disk is full or fails, or the server cannot be reached.
class Database {
 public:
  // `location`: the path of a file, or postgresql://[user[:password]@][host][:port]/name[?options].
  // Of PostgreSQL this process is the only user as long as it is open: kIo when another one has it.
  static Result<std::unique_ptr<Database>> open(const std::string& location, Migrations migrations);
  virtual ~Database() = default;

  // Runs the body in a transaction; an error rolls it back and is returned. Do not nest. A body may
  // be run more than once, when PostgreSQL has rolled back or lost the transaction before it was
  // committed: it starts afresh each time.
  virtual Status write(const std::function<Status(Connection&)>& body) = 0;
  virtual Status read(const std::function<Status(Connection&)>& body) = 0;
};

// Whether a location is one of PostgreSQL's.
bool isPostgresqlLocation(std::string_view location);

}  // namespace millrace
