#include "aws/model/generated/iam/delete_role_permissions_boundary.h"

#include <fmt/format.h>

#include "aws/model/generated/iam/errors.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<DeleteRolePermissionsBoundaryResponse> deleteRolePermissionsBoundary(
    Service& service, DeleteRolePermissionsBoundaryRequest& input, RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    auto record = TRY(findIdentity(state, IdentityKind::kRole, input.roleName));
    if (record->boundary.empty()) {
      return noSuchEntityException(
          fmt::format("Role {} does not have a permissions boundary.", input.roleName));
    }
    return setBoundary(state, IdentityKind::kRole, input.roleName, "");
  }));
  return DeleteRolePermissionsBoundaryResponse();
}

}  // namespace millrace::iam
