#include "aws/model/generated/iam/get_user.h"

#include <string>

#include "companions/iam/access_keys.h"
#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<GetUserResponse> getUser(Service& service, GetUserRequest& input, RequestContext& context) {
  GetUserResponse response;
  if (!input.userName && context.principal.kind == Principal::Kind::kRoot) {
    // The root user has no name and no id of its own.
    response.user.path = "/";
    response.user.userName = "root";
    response.user.userId = context.account;
    response.user.arn = context.principal.arn;
    return response;
  }
  std::string name = TRY(callerName(context, input.userName));
  auto record = TRY(findUser(*service.state(), name));
  response.user = toUser(context.account, *record, Detail::kWhole);
  return response;
}

}  // namespace millrace::iam
