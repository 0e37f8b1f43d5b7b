#include "aws/model/generated/iam/put_user_permissions_boundary.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<PutUserPermissionsBoundaryResponse> putUserPermissionsBoundary(
    Service& service, PutUserPermissionsBoundaryRequest& input, RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return setBoundary(state, IdentityKind::kUser, input.userName, input.permissionsBoundary);
  }));
  return PutUserPermissionsBoundaryResponse();
}

}  // namespace millrace::iam
