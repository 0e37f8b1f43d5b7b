#include "aws/model/generated/kinesis/increase_stream_retention_period.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesis/errors.h"
#include "companions/kinesis/limits.h"
#include "companions/kinesis/service.h"

namespace millrace::kinesis {

Outcome<IncreaseStreamRetentionPeriodResponse> increaseStreamRetentionPeriod(
    Service& service, IncreaseStreamRetentionPeriodInput& input, RequestContext& context) {
  StreamPtr stream = TRY(service.find(input.streamName, input.streamARN, context));
  int64_t hours = input.retentionPeriodHours;
  TRY(checkRetention(hours));
  TRY(service.changeActive(*stream, [&](StreamDefinition& definition) -> Outcome<void> {
    if (hours < definition.retentionHours) {
      return invalidArgumentException(
          fmt::format("Requested retention period ({} hours) for stream {} can not be shorter than "
                      "existing retention period ({} hours). Use DecreaseRetentionPeriod API.",
                      hours, definition.key.name, definition.retentionHours));
    }
    // What has expired stays so.
    definition.oldestMillis = definition.trimHorizon(context.now().millis);
    definition.retentionHours = hours;
    service.beginUpdate(definition, {}, context);
    return {};
  }));
  return IncreaseStreamRetentionPeriodResponse();
}

}  // namespace millrace::kinesis
