#include "aws/model/generated/iam/delete_access_key.h"

#include <string>

#include "companions/iam/access_keys.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<DeleteAccessKeyResponse> deleteAccessKey(Service& service, DeleteAccessKeyRequest& input,
                                                 RequestContext& context) {
  std::string name = TRY(callerName(context, input.userName));
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    TRY(findKey(state, name, input.accessKeyId));
    state.accessKeys.erase(input.accessKeyId);
    return Outcome<void>();
  }));
  return DeleteAccessKeyResponse();
}

}  // namespace millrace::iam
