#include "aws/server/service.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/model/validation.h"

namespace millrace {

AccessRequest Service::accessOf(const RequestContext& context, const Document&) {
  AccessRequest access;
  access.action = fmt::format("{}:{}", context.service.signingName, context.operation.name);
  return access;
}

Outcome<void> Service::validate(const RequestContext& context, const Document& input) {
  if (context.operation.input == nullptr) return {};
  std::string message = validationMessage(*context.operation.input, input);
  if (message.empty()) return {};
  auto protocols = context.service.protocols;
  bool query =
      std::find(protocols.begin(), protocols.end(), ProtocolKind::kQuery) != protocols.end();
  return ApiError(query ? "ValidationError" : "ValidationException", 400, std::move(message));
}

}  // namespace millrace
