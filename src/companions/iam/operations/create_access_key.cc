#include "aws/model/generated/iam/create_access_key.h"

#include <fmt/format.h>

#include <memory>
#include <string>

#include "access/identity/unique_id.h"
#include "aws/model/generated/iam/errors.h"
#include "companions/iam/access_keys.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/new_record.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<CreateAccessKeyResponse> createAccessKey(Service& service, CreateAccessKeyRequest& input,
                                                 RequestContext& context) {
  std::string name = TRY(callerName(context, input.userName));
  AccessKeyRecord key;
  key.id = makeAccessKeyId(context.env.random(), "AKIA");
  key.secret = makeSecretKey(context.env.random());
  key.createdMillis = secondsOf(context);
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    auto user = TRY(findUser(state, name));
    key.userName = user->name;
    if (keysOf(state, user->name).size() >= kMaxAccessKeys) {
      return limitExceededException(
          fmt::format("Cannot exceed quota for AccessKeysPerUser: {}", kMaxAccessKeys));
    }
    state.accessKeys[key.id] = std::make_shared<const AccessKeyRecord>(key);
    return Outcome<void>();
  }));
  CreateAccessKeyResponse response;
  response.accessKey.userName = key.userName;
  response.accessKey.accessKeyId = key.id;
  response.accessKey.status = "Active";
  response.accessKey.secretAccessKey = key.secret;
  response.accessKey.createDate = Timestamp{key.createdMillis};
  return response;
}

}  // namespace millrace::iam
