#include "aws/model/generated/iam/delete_user_permissions_boundary.h"

#include <fmt/format.h>

#include "aws/model/generated/iam/errors.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<DeleteUserPermissionsBoundaryResponse> deleteUserPermissionsBoundary(
    Service& service, DeleteUserPermissionsBoundaryRequest& input, RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    auto record = TRY(findIdentity(state, IdentityKind::kUser, input.userName));
    if (record->boundary.empty()) {
      return noSuchEntityException(
          fmt::format("User {} does not have a permissions boundary.", input.userName));
    }
    return setBoundary(state, IdentityKind::kUser, input.userName, "");
  }));
  return DeleteUserPermissionsBoundaryResponse();
}

}  // namespace millrace::iam
