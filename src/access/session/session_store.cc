#include "access/session/session_store.h"

#include <fmt/format.h>

#include <limits>
#include <mutex>
#include <nlohmann/json.hpp>

#include "database/record_table.h"

namespace millrace {

namespace {

using Json = nlohmann::json;

constexpr int64_t kDayMicros = int64_t{24} * 3600 * 1'000'000;

const RecordTable& sessionTable() {
  static const RecordTable table("session");
  return table;
}

std::string encode(const SessionRecord& session) {
  const Principal& principal = session.principal;
  Json json = {
      {"accessKeyId", session.accessKeyId},
      {"secretKey", session.secretKey},
      {"sessionToken", session.sessionToken},
      {"expirationMicros", session.expirationMicros},
      {"kind", static_cast<int>(principal.kind)},
      {"account", principal.account},
      {"arn", principal.arn},
      {"userId", principal.userId},
      {"tags", principal.tags},
      {"roleArn", principal.roleArn},
      {"sessionPolicies", principal.sessionPolicies},
      {"sessionKeys", principal.sessionKeys},
  };
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

SessionRecord decode(std::string_view text) {
  Json json = Json::parse(text);
  SessionRecord session;
  Principal& principal = session.principal;
  json.at("accessKeyId").get_to(session.accessKeyId);
  json.at("secretKey").get_to(session.secretKey);
  json.at("sessionToken").get_to(session.sessionToken);
  json.at("expirationMicros").get_to(session.expirationMicros);
  principal.kind = static_cast<Principal::Kind>(json.at("kind").get<int>());
  json.at("account").get_to(principal.account);
  json.at("arn").get_to(principal.arn);
  json.at("userId").get_to(principal.userId);
  json.at("tags").get_to(principal.tags);
  json.at("roleArn").get_to(principal.roleArn);
  json.at("sessionPolicies").get_to(principal.sessionPolicies);
  json.at("sessionKeys").get_to(principal.sessionKeys);
  return session;
}

}  // namespace

Result<std::unique_ptr<SessionStore>> SessionStore::open(Database& database) {
  Sessions sessions;
  bool damaged = false;
  auto read = [&](std::string_view key, std::string_view json) {
    try {
      sessions.emplace(key, std::make_shared<const SessionRecord>(decode(json)));
    } catch (const Json::exception&) {
      damaged = true;
    }
  };
  TRY(database.read([&](Connection& connection) {
    return sessionTable().scan(connection, "", "", std::numeric_limits<size_t>::max(), read);
  }));
  if (damaged) return Error(ErrorKind::kCorruptData, "a stored session is no session");
  return std::unique_ptr<SessionStore>(new SessionStore(database, std::move(sessions)));
}

std::vector<std::string> SessionStore::forgotten(int64_t nowMicros) const {
  std::vector<std::string> ids;
  std::shared_lock lock(mutex_);
  for (const auto& [id, session] : sessions_) {
    if (session->expirationMicros + kDayMicros < nowMicros) ids.push_back(id);
  }
  return ids;
}

Status SessionStore::add(SessionRecord session, int64_t nowMicros) {
  std::vector<std::string> old = forgotten(nowMicros);
  TRY(database_.write([&](Connection& connection) -> Status {
    for (const std::string& id : old) TRY(sessionTable().erase(connection, id));
    return sessionTable().put(connection, session.accessKeyId, encode(session));
  }));
  std::unique_lock lock(mutex_);
  for (const std::string& id : old) sessions_.erase(id);
  std::string id = session.accessKeyId;
  sessions_.emplace(std::move(id), std::make_shared<const SessionRecord>(std::move(session)));
  return Status();
}

std::shared_ptr<const SessionRecord> SessionStore::find(std::string_view accessKeyId) const {
  std::shared_lock lock(mutex_);
  auto found = sessions_.find(accessKeyId);
  return found == sessions_.end() ? nullptr : found->second;
}

}  // namespace millrace
