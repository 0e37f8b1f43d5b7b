#include "aws/model/generated/iam/tag_user.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<TagUserResponse> tagUser(Service& service, TagUserRequest& input, RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return editIdentity(state, IdentityKind::kUser, input.userName,
                        [&](IdentityRecord& record) { return addTags(record.tags, input.tags); });
  }));
  return TagUserResponse();
}

}  // namespace millrace::iam
