// Sessions of the dashboard: what CreateApplicationPresignedUrl hands out. A URL must be used for
// the first time within three minutes and is good for as long as was asked for. Sessions end with
// the process; whoever had one asks for another URL.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "env/env.h"

namespace millrace::kinesisanalyticsv2 {

// Thread-safe.
class DashboardSessions {
 public:
  explicit DashboardSessions(Env& env) : env_(env) {}

  // The token of the URL.
  std::string open(int64_t application, int64_t durationSeconds);

  // Whether the token opens the dashboard of that application now; false is 403.
  bool admit(const std::string& token, int64_t application);

 private:
  struct Session {
    int64_t application = 0;
    int64_t firstUseByMillis = 0;
    int64_t endMillis = 0;
    bool used = false;
  };
  void forgetOld(int64_t nowMillis);

  Env& env_;
  std::mutex mutex_;
  std::map<std::string, Session> sessions_;
};

}  // namespace millrace::kinesisanalyticsv2
