#include "aws/model/generated/iam/list_user_tags.h"

#include <algorithm>

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<ListUserTagsResponse> listUserTags(Service& service, ListUserTagsRequest& input,
                                           RequestContext&) {
  auto record = TRY(findUser(*service.state(), input.userName));
  IdentityTags tags = record->tags;
  std::ranges::sort(tags);
  ListUserTagsResponse response;
  answerPage(input, response, response.tags, toTags(tags), [](const Tag& tag) { return tag.key; });
  return response;
}

}  // namespace millrace::iam
