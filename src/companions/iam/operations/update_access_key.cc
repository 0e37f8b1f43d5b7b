#include "aws/model/generated/iam/update_access_key.h"

#include <memory>
#include <string>
#include <utility>

#include "companions/iam/access_keys.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<UpdateAccessKeyResponse> updateAccessKey(Service& service, UpdateAccessKeyRequest& input,
                                                 RequestContext& context) {
  std::string name = TRY(callerName(context, input.userName));
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    auto key = TRY(findKey(state, name, input.accessKeyId));
    auto changed = std::make_shared<AccessKeyRecord>(*key);
    changed->active = input.status == "Active";
    state.accessKeys[key->id] = std::move(changed);
    return Outcome<void>();
  }));
  return UpdateAccessKeyResponse();
}

}  // namespace millrace::iam
