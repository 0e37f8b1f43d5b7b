#include "aws/model/generated/iam/put_role_permissions_boundary.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<PutRolePermissionsBoundaryResponse> putRolePermissionsBoundary(
    Service& service, PutRolePermissionsBoundaryRequest& input, RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return setBoundary(state, IdentityKind::kRole, input.roleName, input.permissionsBoundary);
  }));
  return PutRolePermissionsBoundaryResponse();
}

}  // namespace millrace::iam
