#include "aws/model/generated/iam/list_role_tags.h"

#include <algorithm>

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<ListRoleTagsResponse> listRoleTags(Service& service, ListRoleTagsRequest& input,
                                           RequestContext&) {
  auto record = TRY(findRole(*service.state(), input.roleName));
  IdentityTags tags = record->tags;
  std::ranges::sort(tags);
  ListRoleTagsResponse response;
  answerPage(input, response, response.tags, toTags(tags), [](const Tag& tag) { return tag.key; });
  return response;
}

}  // namespace millrace::iam
