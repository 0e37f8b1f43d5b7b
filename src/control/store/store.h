// Store: the memory of the control plane. Everything is read and written within a transaction, and
// what is committed is on disk: after a kill -9 the service finds what it has answered.
//
// It is kept in a database: a file of SQLite, or PostgreSQL (database/database.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "control/model/application.h"

namespace millrace::kinesisanalyticsv2 {

struct OperationFilter {
  std::string operation;  // empty = all
  std::string status;     // empty = all
};

// Sequence numbers order the lists of an application; a page begins behind (or, for lists from new
// to old, in front of) the number of the last one seen.
template <typename T>
struct Numbered {
  int64_t number = 0;
  T value;
};

// Reads never write.
class StoreReader {
 public:
  virtual ~StoreReader() = default;

  virtual Result<std::optional<Application>> findApplication(std::string_view name) = 0;
  virtual Result<std::optional<Application>> findApplication(int64_t id) = 0;
  // In the order of names, behind `after`.
  virtual Result<std::vector<Application>> listApplications(std::string_view after,
                                                            int64_t limit) = 0;
  virtual Result<int64_t> countApplications() = 0;
  // The ids of all applications.
  virtual Result<std::vector<int64_t>> applicationIds() = 0;
  // The ids of those whose phase, or a snapshot of which, has taken too long.
  virtual Result<std::vector<int64_t>> overdueApplications(int64_t nowMillis) = 0;
  // The earliest deadline of all; nothing when there is none.
  virtual Result<std::optional<int64_t>> nextDeadline() = 0;

  virtual Result<std::optional<ApplicationVersion>> findVersion(int64_t application,
                                                                int64_t version) = 0;
  // From new to old, in front of `before` (0 = the newest).
  virtual Result<std::vector<ApplicationVersion>> listVersions(int64_t application, int64_t before,
                                                               int64_t limit) = 0;

  virtual Result<std::optional<OperationRecord>> findOperation(int64_t application,
                                                               std::string_view id) = 0;
  // From new to old, in front of number `before` (0 = the newest).
  virtual Result<std::vector<Numbered<OperationRecord>>> listOperations(
      int64_t application, const OperationFilter& filter, int64_t before, int64_t limit) = 0;

  virtual Result<std::optional<Snapshot>> findSnapshot(int64_t application,
                                                       std::string_view name) = 0;
  // In the order of creation, behind the id `after`.
  virtual Result<std::vector<Snapshot>> listSnapshots(int64_t application, int64_t after,
                                                      int64_t limit) = 0;
  // Those in that status, in the order of creation.
  virtual Result<std::vector<Snapshot>> snapshotsIn(int64_t application,
                                                    std::string_view status) = 0;
  virtual Result<std::optional<Snapshot>> latestReadySnapshot(int64_t application) = 0;
  virtual Result<int64_t> countSnapshots(int64_t application) = 0;

  // The bytes of a version's code.
  virtual Result<std::string> codeContent(int64_t application, std::string_view key) = 0;
};

class StoreWriter : public StoreReader {
 public:
  // Sets the id. The name is free (find it in the same transaction).
  virtual Status insertApplication(Application& application) = 0;
  virtual Status updateApplication(const Application& application) = 0;
  // With everything that belongs to it.
  virtual Status deleteApplication(int64_t application) = 0;

  virtual Status insertVersion(int64_t application, const ApplicationVersion& version) = 0;
  virtual Status updateVersion(int64_t application, const ApplicationVersion& version) = 0;

  virtual Status insertOperation(int64_t application, const OperationRecord& operation) = 0;
  virtual Status updateOperation(int64_t application, const OperationRecord& operation) = 0;

  // Sets the id. The name is free.
  virtual Status insertSnapshot(int64_t application, Snapshot& snapshot) = 0;
  virtual Status updateSnapshot(int64_t application, const Snapshot& snapshot) = 0;
  virtual Status deleteSnapshot(int64_t application, std::string_view name) = 0;

  virtual Status putCodeContent(int64_t application, std::string_view key,
                                const std::string& bytes) = 0;
};

// Thread-safe: one writer at a time, readers beside it.
class Store {
 public:
  virtual ~Store() = default;
  virtual Status read(const std::function<Status(StoreReader&)>& body) = 0;
  // An error of the body rolls the transaction back and is returned. Do not nest.
  virtual Status write(const std::function<Status(StoreWriter&)>& body) = 0;
};

// Opens or makes the file, or the tables on a server: a location of Database::open.
Result<std::unique_ptr<Store>> openStore(const std::string& location);

}  // namespace millrace::kinesisanalyticsv2
