#include "aws/model/generated/iam/untag_role.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<UntagRoleResponse> untagRole(Service& service, UntagRoleRequest& input, RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return editIdentity(state, IdentityKind::kRole, input.roleName, [&](IdentityRecord& record) {
      removeTags(record.tags, input.tagKeys);
      return Outcome<void>();
    });
  }));
  return UntagRoleResponse();
}

}  // namespace millrace::iam
