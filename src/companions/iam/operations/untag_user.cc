#include "aws/model/generated/iam/untag_user.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<UntagUserResponse> untagUser(Service& service, UntagUserRequest& input, RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    return editIdentity(state, IdentityKind::kUser, input.userName, [&](IdentityRecord& record) {
      removeTags(record.tags, input.tagKeys);
      return Outcome<void>();
    });
  }));
  return UntagUserResponse();
}

}  // namespace millrace::iam
