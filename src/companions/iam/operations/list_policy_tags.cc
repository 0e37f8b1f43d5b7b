#include "aws/model/generated/iam/list_policy_tags.h"

#include <algorithm>

#include "companions/iam/entities.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/page.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<ListPolicyTagsResponse> listPolicyTags(Service& service, ListPolicyTagsRequest& input,
                                               RequestContext&) {
  auto policy = TRY(findPolicy(*service.state(), input.policyArn));
  IdentityTags tags = policy->tags;
  std::ranges::sort(tags);
  ListPolicyTagsResponse response;
  answerPage(input, response, response.tags, toTags(tags), [](const Tag& tag) { return tag.key; });
  return response;
}

}  // namespace millrace::iam
