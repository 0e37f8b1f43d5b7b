// Database: one SQLite file, brought to the newest version by migrations when it is opened.
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
  bool isNull(int column) const;
  int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;  // also bytes
 private:
  friend class Connection;
  explicit Row(void* statement) : statement_(statement) {}
  void* statement_;
};

// Statements within one transaction. Prepared statements are kept, so texts should be constants.
class Connection {
 public:
  Status run(std::string_view sql, const std::vector<SqlValue>& values = {});
  Status query(std::string_view sql, const std::vector<SqlValue>& values,
               const std::function<void(const Row&)>& each);
  // Rows that the last run() inserted, updated or deleted.
  int64_t changes() const;

  struct State;
  explicit Connection(State& state) : state_(state) {}

 private:
  State& state_;
};

// Version n of a schema is reached by the script at n - 1. Scripts that were released never change;
// new ones are appended.
using Migrations = std::span<const std::string_view>;

// Thread-safe: one writer at a time, readers beside it (write-ahead log). Committed means on disk.
// Errors name the file: kCorruptData when it is no database or newer than this program, kIo when
// the disk is full or fails.
class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const std::string& path, Migrations migrations);
  virtual ~Database() = default;

  // Runs the body in a transaction; an error rolls it back and is returned. Do not nest.
  virtual Status write(const std::function<Status(Connection&)>& body) = 0;
  virtual Status read(const std::function<Status(Connection&)>& body) = 0;
};

}  // namespace millrace
