#include "aws/model/generated/iam/update_user.h"

#include <memory>
#include <utility>

#include "companions/iam/identity_edit.h"
#include "companions/iam/new_record.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<UpdateUserResponse> updateUser(Service& service, UpdateUserRequest& input,
                                       RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    auto user = TRY(findUser(state, input.userName));
    auto changed = std::make_shared<UserRecord>(*user);
    if (input.newPath) changed->path = *input.newPath;
    if (input.newUserName && *input.newUserName != user->name) {
      if (inLowerCase(*input.newUserName) != inLowerCase(user->name)) {
        TRY(checkNewUser(state, *input.newUserName));
      }
      changed->name = *input.newUserName;
      for (auto& [_, key] : state.accessKeys) {
        if (key->userName != user->name) continue;
        auto renamed = std::make_shared<AccessKeyRecord>(*key);
        renamed->userName = changed->name;
        key = std::move(renamed);
      }
    }
    state.users.erase(inLowerCase(user->name));
    state.users[inLowerCase(changed->name)] = std::move(changed);
    return Outcome<void>();
  }));
  return UpdateUserResponse();
}

}  // namespace millrace::iam
