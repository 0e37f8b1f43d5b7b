#include "aws/model/generated/iam/create_group.h"

#include <memory>

#include "companions/iam/entities.h"
#include "companions/iam/new_record.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<CreateGroupResponse> createGroup(Service& service, CreateGroupRequest& input,
                                         RequestContext& context) {
  GroupRecord group;
  nameRecord(context, "AGPA", input.groupName, input.path, group);
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    TRY(checkNewGroup(state, input.groupName));
    state.groups[inLowerCase(group.name)] = std::make_shared<const GroupRecord>(group);
    return Outcome<void>();
  }));
  CreateGroupResponse response;
  response.group = toGroup(context.account, group);
  return response;
}

}  // namespace millrace::iam
