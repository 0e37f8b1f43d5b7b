#include "aws/model/generated/logs/create_log_group.h"

#include "aws/model/generated/logs/errors.h"
#include "aws/model/generated/logs/shapes/log_group_class.h"
#include "companions/logs/service.h"
#include "companions/logs/tags.h"

namespace millrace::logs {

Outcome<CreateLogGroupResponse> createLogGroup(Service& service, CreateLogGroupRequest& input,
                                               RequestContext& context) {
  GroupName name{context.account, context.region, input.logGroupName};
  if (input.tags) {
    AccessRequest tagging;
    tagging.action = "logs:TagResource";
    tagging.resources = {name.arn()};
    for (const auto& [key, value] : *input.tags) {
      tagging.conditions["aws:requesttag/" + key] = {value};
      tagging.conditions["aws:tagkeys"].push_back(key);
    }
    TRY(context.authorize(std::move(tagging)));
  }
  LogGroupRecord group;
  group.account = name.account;
  group.region = name.region;
  group.name = name.name;
  group.createdMillis = context.now().millis;
  group.kmsKeyId = input.kmsKeyId.value_or("");
  group.groupClass = input.logGroupClass.value_or(std::string(LogGroupClass::kStandard));
  group.retentionDays = group.groupClass == LogGroupClass::kDelivery ? 1 : 0;
  group.isProtected = input.deletionProtectionEnabled.value_or(false);
  return service.store().write([&](Transaction& transaction) -> Outcome<CreateLogGroupResponse> {
    if (TRY(transaction.findGroup(name.account, name.region, name.name))) {
      return resourceAlreadyExistsException("The specified log group already exists");
    }
    TRY(transaction.insertGroup(group));
    if (input.tags) TRY(addTags(transaction, group, *input.tags));
    return CreateLogGroupResponse();
  });
}

}  // namespace millrace::logs
