// IdentityStore: the account's users, groups, roles, policies and keys, in memory and on disk.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "access/identity/records.h"
#include "aws/model/api_error.h"
#include "base/result.h"
#include "database/database.h"

namespace millrace {

// Thread-safe. Readers get the state of one moment and never wait for a writer's disk.
class IdentityStore {
 public:
  // Reads everything; the database outlives the store. kCorruptData names the record that is wrong.
  static Result<std::unique_ptr<IdentityStore>> open(Database& database);

  std::shared_ptr<const IdentityState> state() const;

  // Runs `body` on a copy of the state, one change at a time. What it altered is on disk, as one
  // transaction, before anyone sees it; after an error nothing has changed.
  Outcome<void> change(const std::function<Outcome<void>(IdentityState&)>& body);

 private:
  IdentityStore(Database& database, std::shared_ptr<const IdentityState> state)
      : database_(database), state_(std::move(state)) {}

  Database& database_;
  std::mutex changing_;       // held for a whole change
  mutable std::mutex mutex_;  // of state_, the pointer
  std::shared_ptr<const IdentityState> state_;
};

}  // namespace millrace
