#include "aws/model/generated/iam/update_group.h"

#include <memory>
#include <utility>

#include "companions/iam/identity_edit.h"
#include "companions/iam/new_record.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<UpdateGroupResponse> updateGroup(Service& service, UpdateGroupRequest& input,
                                         RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    auto group = TRY(findGroup(state, input.groupName));
    auto changed = std::make_shared<GroupRecord>(*group);
    if (input.newPath) changed->path = *input.newPath;
    if (input.newGroupName && *input.newGroupName != group->name) {
      if (inLowerCase(*input.newGroupName) != inLowerCase(group->name)) {
        TRY(checkNewGroup(state, *input.newGroupName));
      }
      changed->name = *input.newGroupName;
      for (auto& [_, user] : state.users) {
        if (!user->groups.contains(group->name)) continue;
        auto moved = std::make_shared<UserRecord>(*user);
        moved->groups.erase(group->name);
        moved->groups.insert(changed->name);
        user = std::move(moved);
      }
    }
    state.groups.erase(inLowerCase(group->name));
    state.groups[inLowerCase(changed->name)] = std::move(changed);
    return Outcome<void>();
  }));
  return UpdateGroupResponse();
}

}  // namespace millrace::iam
