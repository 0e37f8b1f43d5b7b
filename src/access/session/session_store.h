// SessionStore: temporary credentials ("ASIA...") that STS gave out, in memory and on disk.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/server/principal.h"
#include "base/result.h"
#include "database/database.h"

namespace millrace {

struct SessionRecord {
  std::string accessKeyId;
  std::string secretKey;
  std::string sessionToken;
  int64_t expirationMicros = 0;
  // Who the credentials stand for; `tags` are those of the session.
  Principal principal;
};

// Thread-safe.
class SessionStore {
 public:
  // The database outlives the store.
  static Result<std::unique_ptr<SessionStore>> open(Database& database);

  // On disk when it returns. Forgets sessions that expired more than a day before `nowMicros`;
  // until then they are known, so that their users are told that they expired.
  Status add(SessionRecord session, int64_t nowMicros);
  std::shared_ptr<const SessionRecord> find(std::string_view accessKeyId) const;

 private:
  using Sessions = std::map<std::string, std::shared_ptr<const SessionRecord>, std::less<>>;

  SessionStore(Database& database, Sessions sessions)
      : database_(database), sessions_(std::move(sessions)) {}
  std::vector<std::string> forgotten(int64_t nowMicros) const;

  Database& database_;
  mutable std::shared_mutex mutex_;
  Sessions sessions_;
};

}  // namespace millrace
