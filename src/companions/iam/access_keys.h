// The access keys of users, and who is meant when a request names no user.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/identity/records.h"
#include "aws/model/api_error.h"
#include "aws/server/request_context.h"

namespace millrace::iam {

constexpr size_t kMaxAccessKeys = 2;  // of a user

// The name that was given, or that of the calling user; ValidationError for others than users.
Outcome<std::string> callerName(const RequestContext& context,
                                const std::optional<std::string>& given);

// In the order of their ids.
std::vector<std::shared_ptr<const AccessKeyRecord>> keysOf(const IdentityState& state,
                                                           std::string_view userName);

// NoSuchEntity when the user has no such key.
Outcome<std::shared_ptr<const AccessKeyRecord>> findKey(const IdentityState& state,
                                                        std::string_view userName,
                                                        std::string_view id);

}  // namespace millrace::iam
