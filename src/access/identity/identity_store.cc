#include "access/identity/identity_store.h"

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <string>

#include "access/identity/record_codec.h"
#include "database/record_table.h"

namespace millrace {

namespace {

constexpr size_t kAll = std::numeric_limits<size_t>::max();
constexpr std::string_view kAliasKey = "alias";

const RecordTable& accountTable() {
  static const RecordTable table("account");
  return table;
}

// Shows each kind of record to `visit`: the table of it in the database and in the state.
template <typename Visit>
Status forEachTable(Visit visit) {
  TRY(visit(RecordTable("user"), &IdentityState::users));
  TRY(visit(RecordTable("group"), &IdentityState::groups));
  TRY(visit(RecordTable("role"), &IdentityState::roles));
  TRY(visit(RecordTable("policy"), &IdentityState::policies));
  TRY(visit(RecordTable("access_key"), &IdentityState::accessKeys));
  return Status();
}

template <typename Record>
Status load(Connection& connection, const RecordTable& stored,
            IdentityState::Table<Record>& table) {
  std::optional<Error> damaged;
  auto read = [&](std::string_view key, std::string_view json) {
    auto record = std::make_shared<Record>();
    if (Status status = decodeRecord(json, *record); !status.ok() && !damaged) {
      damaged = std::move(status).error().withContext(fmt::format("record '{}'", key));
    }
    table.emplace(key, std::move(record));
  };
  TRY(stored.scan(connection, "", "", kAll, read));
  if (damaged) return std::move(*damaged);
  return Status();
}

// Writes what differs; both tables are sorted by key.
template <typename Record>
Status save(Connection& connection, const RecordTable& stored,
            const IdentityState::Table<Record>& before, const IdentityState::Table<Record>& after) {
  auto old = before.begin();
  for (const auto& [key, record] : after) {
    for (; old != before.end() && old->first < key; ++old) {
      TRY(stored.erase(connection, old->first));
    }
    bool same = old != before.end() && old->first == key;
    if (!same || old->second != record) {
      TRY(stored.put(connection, key, encodeRecord(*record)));
    }
    if (same) ++old;
  }
  for (; old != before.end(); ++old) TRY(stored.erase(connection, old->first));
  return Status();
}

}  // namespace

Result<std::unique_ptr<IdentityStore>> IdentityStore::open(Database& database) {
  auto state = std::make_shared<IdentityState>();
  TRY(database.read([&](Connection& connection) -> Status {
    TRY(forEachTable([&](const RecordTable& stored, auto table) {
      return load(connection, stored, (*state).*table);
    }));
    auto alias = TRY(accountTable().get(connection, kAliasKey));
    state->accountAlias = alias.value_or("");
    return Status();
  }));
  return std::unique_ptr<IdentityStore>(new IdentityStore(database, std::move(state)));
}

std::shared_ptr<const IdentityState> IdentityStore::state() const {
  std::lock_guard lock(mutex_);
  return state_;
}

Outcome<void> IdentityStore::change(const std::function<Outcome<void>(IdentityState&)>& body) {
  std::lock_guard changing(changing_);
  std::shared_ptr<const IdentityState> before = state();
  auto after = std::make_shared<IdentityState>(*before);
  TRY(body(*after));
  Status saved = database_.write([&](Connection& connection) -> Status {
    TRY(forEachTable([&](const RecordTable& stored, auto table) {
      return save(connection, stored, (*before).*table, (*after).*table);
    }));
    if (before->accountAlias == after->accountAlias) return Status();
    return accountTable().put(connection, kAliasKey, after->accountAlias);
  });
  if (!saved.ok()) return std::move(saved).error();
  std::lock_guard lock(mutex_);
  state_ = std::move(after);
  return Outcome<void>();
}

}  // namespace millrace
