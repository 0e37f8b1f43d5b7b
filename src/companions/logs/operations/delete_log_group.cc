#include "aws/model/generated/logs/delete_log_group.h"

#include "aws/model/generated/logs/errors.h"
#include "companions/logs/service.h"

namespace millrace::logs {

Outcome<DeleteLogGroupResponse> deleteLogGroup(Service& service, DeleteLogGroupRequest& input,
                                               RequestContext& context) {
  return service.store().write([&](Transaction& transaction) -> Outcome<DeleteLogGroupResponse> {
    LogGroupRecord group =
        TRY(requireGroup(transaction, {context.account, context.region, input.logGroupName}));
    if (group.isProtected) {
      return validationException("The log group has deletion protection; disable it first.");
    }
    TRY(transaction.deleteGroup(group.id));
    return DeleteLogGroupResponse();
  });
}

}  // namespace millrace::logs
