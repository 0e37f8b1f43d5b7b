#include "aws/model/generated/logs/delete_retention_policy.h"

#include "companions/logs/service.h"

namespace millrace::logs {

Outcome<DeleteRetentionPolicyResponse> deleteRetentionPolicy(Service& service,
                                                             DeleteRetentionPolicyRequest& input,
                                                             RequestContext& context) {
  return service.store().write(
      [&](Transaction& transaction) -> Outcome<DeleteRetentionPolicyResponse> {
        LogGroupRecord group =
            TRY(requireGroup(transaction, {context.account, context.region, input.logGroupName}));
        group.retentionDays = 0;
        TRY(transaction.updateGroup(group));
        return DeleteRetentionPolicyResponse();
      });
}

}  // namespace millrace::logs
