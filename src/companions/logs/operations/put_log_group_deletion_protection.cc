#include "aws/model/generated/logs/put_log_group_deletion_protection.h"

#include "companions/logs/service.h"

namespace millrace::logs {

Outcome<PutLogGroupDeletionProtectionResponse> putLogGroupDeletionProtection(
    Service& service, PutLogGroupDeletionProtectionRequest& input, RequestContext& context) {
  GroupName name = TRY(Service::groupOf(std::nullopt, input.logGroupIdentifier, context));
  return service.store().write(
      [&](Transaction& transaction) -> Outcome<PutLogGroupDeletionProtectionResponse> {
        LogGroupRecord group = TRY(requireGroup(transaction, name));
        group.isProtected = input.deletionProtectionEnabled;
        TRY(transaction.updateGroup(group));
        return PutLogGroupDeletionProtectionResponse();
      });
}

}  // namespace millrace::logs
