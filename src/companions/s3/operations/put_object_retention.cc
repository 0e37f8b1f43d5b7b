#include "aws/model/generated/s3/put_object_retention.h"

#include "companions/s3/api_errors.h"
#include "companions/s3/change_object.h"
#include "companions/s3/object_lock.h"

namespace millrace::s3 {

Outcome<PutObjectRetentionOutput> putObjectRetention(Service& service,
                                                     PutObjectRetentionRequest& input,
                                                     RequestContext& context) {
  std::string mode = input.retention ? input.retention->mode.value_or("") : "";
  auto until = input.retention ? input.retention->retainUntilDate : std::optional<Timestamp>();
  // An empty retention takes it away.
  if (mode.empty() == until.has_value()) return malformedXml();
  if (until && *until <= context.now()) {
    return invalidArgument("The retain until date must be in the future!", "RetainUntilDate",
                           formatIso8601(*until));
  }
  bool bypass = input.bypassGovernanceRetention.value_or(false);
  auto change = [&](Transaction&, const BucketRecord& bucket,
                    ObjectRecord& object) -> Outcome<void> {
    TRY(requireObjectLock(bucket));
    TRY(checkRetentionChange(object.attributes, mode, until, context.now(), bypass));
    object.attributes.lockMode = mode;
    object.attributes.retainUntil = until;
    return {};
  };
  TRY(changeObject(service, input, context, change));
  return PutObjectRetentionOutput();
}

}  // namespace millrace::s3
