#include "aws/model/generated/iam/create_user.h"

#include <memory>

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/new_record.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<CreateUserResponse> createUser(Service& service, CreateUserRequest& input,
                                       RequestContext& context) {
  UserRecord user;
  nameRecord(context, "AIDA", input.userName, input.path, user);
  if (input.tags) TRY(addTags(user.tags, *input.tags));
  user.boundary = input.permissionsBoundary.value_or("");
  CreateUserResponse response;
  response.user = toUser(context.account, user, Detail::kWhole);
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    TRY(checkNewUser(state, input.userName));
    TRY(checkBoundary(state, user.boundary));
    state.users[inLowerCase(user.name)] = std::make_shared<const UserRecord>(user);
    return Outcome<void>();
  }));
  return response;
}

}  // namespace millrace::iam
