#include "aws/model/generated/iam/get_access_key_last_used.h"

#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<GetAccessKeyLastUsedResponse> getAccessKeyLastUsed(Service& service,
                                                           GetAccessKeyLastUsedRequest& input,
                                                           RequestContext&) {
  auto state = service.state();
  auto key = state->accessKeys.find(input.accessKeyId);
  if (key == state->accessKeys.end()) {
    return ApiError("AccessDenied", 403, "The access key is not one of this account.");
  }
  GetAccessKeyLastUsedResponse response;
  response.userName = key->second->userName;
  AccessKeyLastUsed& lastUsed = response.accessKeyLastUsed.emplace();
  lastUsed.serviceName = "N/A";
  lastUsed.region = "N/A";
  if (auto usage = service.access().lastUse(input.accessKeyId)) {
    lastUsed.lastUsedDate = Timestamp{usage->millis / 1000 * 1000};
    lastUsed.serviceName = usage->service;
    lastUsed.region = usage->region;
  }
  return response;
}

}  // namespace millrace::iam
