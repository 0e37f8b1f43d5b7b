#include "aws/model/generated/logs/put_retention_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "aws/model/generated/logs/errors.h"
#include "aws/model/generated/logs/shapes/log_group_class.h"
#include "companions/logs/service.h"

namespace millrace::logs {

namespace {

constexpr std::array kRetentions = {1,   3,   5,   7,   14,   30,   60,   90,   120,  150,  180,
                                    365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};

}  // namespace

Outcome<PutRetentionPolicyResponse> putRetentionPolicy(Service& service,
                                                       PutRetentionPolicyRequest& input,
                                                       RequestContext& context) {
  if (std::find(kRetentions.begin(), kRetentions.end(), input.retentionInDays) ==
      kRetentions.end()) {
    return invalidParameterException(
        fmt::format("1 validation error detected: Value '{}' at 'retentionInDays' failed to "
                    "satisfy constraint: Member must satisfy enum value set: [{}]",
                    input.retentionInDays, fmt::join(kRetentions, ", ")));
  }
  return service.store().write(
      [&](Transaction& transaction) -> Outcome<PutRetentionPolicyResponse> {
        LogGroupRecord group =
            TRY(requireGroup(transaction, {context.account, context.region, input.logGroupName}));
        if (group.groupClass == LogGroupClass::kDelivery) {
          return invalidParameterException(
              "The retention of a log group of the class DELIVERY is always one day.");
        }
        group.retentionDays = input.retentionInDays;
        TRY(transaction.updateGroup(group));
        return PutRetentionPolicyResponse();
      });
}

}  // namespace millrace::logs
