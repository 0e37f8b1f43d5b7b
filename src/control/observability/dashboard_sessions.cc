#include "control/observability/dashboard_sessions.h"

#include <fmt/format.h>

namespace millrace::kinesisanalyticsv2 {

namespace {

constexpr int64_t kFirstUseMillis = 3 * 60'000;

}  // namespace

std::string DashboardSessions::open(int64_t application, int64_t durationSeconds) {
  int64_t now = env_.clock().nowMillis();
  std::string token;
  for (int i = 0; i < 4; ++i) token += fmt::format("{:016x}", env_.random().next());
  std::lock_guard lock(mutex_);
  forgetOld(now);
  sessions_[token] = {application, now + kFirstUseMillis, now + durationSeconds * 1000, false};
  return token;
}

bool DashboardSessions::admit(const std::string& token, int64_t application) {
  int64_t now = env_.clock().nowMillis();
  std::lock_guard lock(mutex_);
  forgetOld(now);
  auto session = sessions_.find(token);
  if (session == sessions_.end() || session->second.application != application) return false;
  session->second.used = true;
  return true;
}

void DashboardSessions::forgetOld(int64_t nowMillis) {
  std::erase_if(sessions_, [&](const auto& entry) {
    const Session& session = entry.second;
    return session.endMillis <= nowMillis ||
           (!session.used && session.firstUseByMillis <= nowMillis);
  });
}

}  // namespace millrace::kinesisanalyticsv2
