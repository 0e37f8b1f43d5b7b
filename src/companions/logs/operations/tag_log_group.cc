#include "aws/model/generated/logs/tag_log_group.h"

#include "companions/logs/tags.h"

namespace millrace::logs {

Outcome<TagLogGroupResponse> tagLogGroup(Service& service, TagLogGroupRequest& input,
                                         RequestContext& context) {
  return service.store().write([&](Transaction& transaction) -> Outcome<TagLogGroupResponse> {
    LogGroupRecord group =
        TRY(requireGroup(transaction, {context.account, context.region, input.logGroupName}));
    TRY(addTags(transaction, group, input.tags));
    return TagLogGroupResponse();
  });
}

}  // namespace millrace::logs
