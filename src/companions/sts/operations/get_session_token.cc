#include "aws/model/generated/sts/get_session_token.h"

#include <algorithm>

#include "companions/sts/service.h"
#include "companions/sts/session_credentials.h"

namespace millrace::sts {

Outcome<GetSessionTokenResponse> getSessionToken(Service& service, GetSessionTokenRequest& input,
                                                 RequestContext& context) {
  constexpr int32_t kDefaultSeconds = 43200;
  constexpr int32_t kMaxSecondsOfRoot = 3600;
  const Principal& caller = context.principal;
  if (caller.kind == Principal::Kind::kAssumedRole || !caller.sessionKeys.empty()) {
    return ApiError("AccessDenied", 403, "Cannot call GetSessionToken with session credentials");
  }
  if (input.tokenCode) return wrongDeviceCode();
  int32_t seconds = input.durationSeconds.value_or(kDefaultSeconds);
  if (caller.kind == Principal::Kind::kRoot) seconds = std::min(seconds, kMaxSecondsOfRoot);
  GetSessionTokenResponse response;
  response.credentials = toCredentials(TRY(service.access().sessionOf(caller, seconds)));
  return response;
}

}  // namespace millrace::sts
