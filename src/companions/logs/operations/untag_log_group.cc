#include "aws/model/generated/logs/untag_log_group.h"

#include "companions/logs/tags.h"

namespace millrace::logs {

Outcome<UntagLogGroupResponse> untagLogGroup(Service& service, UntagLogGroupRequest& input,
                                             RequestContext& context) {
  return service.store().write([&](Transaction& transaction) -> Outcome<UntagLogGroupResponse> {
    LogGroupRecord group =
        TRY(requireGroup(transaction, {context.account, context.region, input.logGroupName}));
    TRY(removeTags(transaction, group, input.tags));
    return UntagLogGroupResponse();
  });
}

}  // namespace millrace::logs
