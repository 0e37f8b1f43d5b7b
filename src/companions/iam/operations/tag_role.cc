#include "aws/model/generated/iam/tag_role.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<TagRoleResponse> tagRole(Service& service, TagRoleRequest& input, RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return editIdentity(state, IdentityKind::kRole, input.roleName,
                        [&](IdentityRecord& record) { return addTags(record.tags, input.tags); });
  }));
  return TagRoleResponse();
}

}  // namespace millrace::iam
