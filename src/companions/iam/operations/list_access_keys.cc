#include "aws/model/generated/iam/list_access_keys.h"

#include <string>
#include <utility>
#include <vector>

#include "companions/iam/access_keys.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<ListAccessKeysResponse> listAccessKeys(Service& service, ListAccessKeysRequest& input,
                                               RequestContext& context) {
  std::string name = TRY(callerName(context, input.userName));
  auto state = service.state();
  TRY(findUser(*state, name));
  std::vector<AccessKeyMetadata> keys;
  for (const auto& key : keysOf(*state, name)) {
    AccessKeyMetadata& shown = keys.emplace_back();
    shown.userName = key->userName;
    shown.accessKeyId = key->id;
    shown.status = key->active ? "Active" : "Inactive";
    shown.createDate = Timestamp{key->createdMillis};
  }
  ListAccessKeysResponse response;
  answerPage(input, response, response.accessKeyMetadata, std::move(keys),
             [](const AccessKeyMetadata& key) { return *key.accessKeyId; });
  return response;
}

}  // namespace millrace::iam
