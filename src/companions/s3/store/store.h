// Store: metadata and files of the S3 companion as one.
//
// What a committed write() put in is on disk when it returns. A writer of content
//   1. writes an IncomingFile and finishes it (on disk),
//   2. commits the metadata that names it in write(),
//   3. keeps the file.
// Content that a write() no longer names goes to the transaction's garbage: it is remembered in the
// same commit and removed afterwards, or at the next start.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "aws/model/api_error.h"
#include "companions/s3/store/data_files.h"
#include "database/database.h"

namespace millrace::s3 {

struct Transaction {
  Connection& connection;
  std::vector<std::string> garbage{};  // ids of files

  // An empty part has no file.
  void discard(std::string_view file) {
    if (!file.empty()) garbage.emplace_back(file);
  }
};

// Thread-safe.
class Store {
 public:
  static Result<std::unique_ptr<Store>> open(Env& env, Log& log, const std::string& directory);

  DataFiles& files() { return *files_; }

  // Runs the body in a transaction: a function of Transaction& that returns an Outcome. An error
  // of either kind rolls a write back and is returned. Do not nest.
  template <typename Body>
  auto read(const Body& body) {
    return run<Body>(body, [&](const auto& inner) { return database_->read(inner); });
  }
  template <typename Body>
  auto write(const Body& body) {
    std::vector<std::string> garbage;
    auto outcome = run<Body>(
        [&](Transaction& transaction) {
          auto result = body(transaction);
          garbage = std::move(transaction.garbage);
          if (!result.ok()) return result;
          if (Status noted = note(transaction.connection, garbage); !noted.ok()) {
            return decltype(result)(std::move(noted).error());
          }
          return result;
        },
        [&](const auto& inner) { return database_->write(inner); });
    if (outcome.ok()) files_->retire(std::move(garbage));
    return outcome;
  }

 private:
  Store(std::unique_ptr<Database> database, std::unique_ptr<DataFiles> files)
      : database_(std::move(database)), files_(std::move(files)) {}

  template <typename Body, typename Inner, typename Run>
  static std::invoke_result_t<Body, Transaction&> run(const Inner& body, const Run& runInDatabase) {
    std::optional<std::invoke_result_t<Body, Transaction&>> outcome;
    Status status = runInDatabase([&](Connection& connection) -> Status {
      Transaction transaction{connection};
      outcome.emplace(body(transaction));
      if (outcome->ok()) return {};
      return ::millrace::Error(ErrorKind::kCancelled, "rolled back");
    });
    if (outcome && !outcome->ok()) return *std::move(outcome);
    if (!status.ok()) return std::move(status).error();
    return *std::move(outcome);
  }

  Status note(Connection& connection, const std::vector<std::string>& garbage);
  Status recover();

  std::unique_ptr<Database> database_;
  std::unique_ptr<DataFiles> files_;
};

}  // namespace millrace::s3
