#include "aws/server/request_context.h"

#include <fmt/format.h>

namespace millrace {

Outcome<void> RequestContext::authorize(AccessRequest access) const {
  if (access.action.empty()) return {};
  access.conditions["aws:sourceip"] = {http.peerAddress};
  access.conditions["aws:securetransport"] = {http.secure ? "true" : "false"};
  access.conditions["aws:principalarn"] = {principal.arn};
  access.conditions["aws:principalaccount"] = {principal.account};
  access.conditions["aws:userid"] = {principal.userId};
  access.conditions["aws:useragent"] = {std::string(http.headers.get("User-Agent"))};
  access.conditions["aws:requestedregion"] = {region};
  access.conditions["aws:currenttime"] = {formatIso8601(now())};
  access.conditions["aws:epochtime"] = {fmt::format("{}", now().millis / 1000)};
  for (const auto& [name, value] : principal.tags) {
    access.conditions["aws:principaltag/" + name] = {value};
  }
  return authorizer.authorize(principal, access);
}

std::string arnOf(const RequestContext& context, std::string_view service,
                  std::string_view resource) {
  return fmt::format("arn:aws:{}:{}:{}:{}", service, context.region, context.account, resource);
}

}  // namespace millrace
