#include "aws/model/generated/iam/get_role.h"

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<GetRoleResponse> getRole(Service& service, GetRoleRequest& input, RequestContext& context) {
  auto role = TRY(findRole(*service.state(), input.roleName));
  GetRoleResponse response;
  response.role = toRole(context.account, *role, Detail::kWhole);
  RoleLastUsed& lastUsed = response.role.roleLastUsed.emplace();
  if (auto usage = service.access().lastUse(role->id)) {
    lastUsed.lastUsedDate = Timestamp{usage->millis / 1000 * 1000};
    lastUsed.region = usage->region;
  }
  return response;
}

}  // namespace millrace::iam
