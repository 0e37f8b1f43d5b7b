#include "companions/iam/access_keys.h"

#include <fmt/format.h>

#include "aws/model/generated/iam/errors.h"
#include "companions/iam/identity_edit.h"

namespace millrace::iam {

Outcome<std::string> callerName(const RequestContext& context,
                                const std::optional<std::string>& given) {
  if (given) return *given;
  const Principal& caller = context.principal;
  if (caller.kind == Principal::Kind::kUser) {
    return caller.arn.substr(caller.arn.rfind('/') + 1);
  }
  return ApiError("ValidationError", 400,
                  "Must specify userName when calling with non-User credentials");
}

std::vector<std::shared_ptr<const AccessKeyRecord>> keysOf(const IdentityState& state,
                                                           std::string_view userName) {
  std::vector<std::shared_ptr<const AccessKeyRecord>> keys;
  for (const auto& [_, key] : state.accessKeys) {
    if (key->userName == userName) keys.push_back(key);
  }
  return keys;
}

Outcome<std::shared_ptr<const AccessKeyRecord>> findKey(const IdentityState& state,
                                                        std::string_view userName,
                                                        std::string_view id) {
  TRY(findUser(state, userName));
  auto found = state.accessKeys.find(id);
  if (found == state.accessKeys.end() || found->second->userName != userName) {
    return noSuchEntityException(fmt::format("The Access Key with id {} cannot be found.", id));
  }
  return found->second;
}

}  // namespace millrace::iam
