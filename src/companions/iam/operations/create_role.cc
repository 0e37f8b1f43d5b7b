#include "aws/model/generated/iam/create_role.h"

#include <memory>

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/new_record.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<CreateRoleResponse> createRole(Service& service, CreateRoleRequest& input,
                                       RequestContext& context) {
  RoleRecord role;
  nameRecord(context, "AROA", input.roleName, input.path, role);
  role.description = input.description.value_or("");
  role.maxSessionSeconds = input.maxSessionDuration.value_or(3600);
  role.boundary = input.permissionsBoundary.value_or("");
  if (input.tags) TRY(addTags(role.tags, *input.tags));
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    TRY(setTrust(state, context.account, input.assumeRolePolicyDocument, role));
    TRY(checkNewRole(state, input.roleName));
    TRY(checkBoundary(state, role.boundary));
    state.roles[inLowerCase(role.name)] = std::make_shared<const RoleRecord>(role);
    return Outcome<void>();
  }));
  CreateRoleResponse response;
  response.role = toRole(context.account, role, Detail::kWhole);
  return response;
}

}  // namespace millrace::iam
