#include "aws/model/generated/logs/list_tags_log_group.h"

#include "companions/logs/tags.h"

namespace millrace::logs {

Outcome<ListTagsLogGroupResponse> listTagsLogGroup(Service& service, ListTagsLogGroupRequest& input,
                                                   RequestContext& context) {
  return service.store().read([&](Transaction& transaction) -> Outcome<ListTagsLogGroupResponse> {
    LogGroupRecord group =
        TRY(requireGroup(transaction, {context.account, context.region, input.logGroupName}));
    ListTagsLogGroupResponse response;
    response.tags = TRY(transaction.tags(group.id));
    return response;
  });
}

}  // namespace millrace::logs
