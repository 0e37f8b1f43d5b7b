#include "aws/model/generated/logs/put_log_events.h"

#include "companions/logs/service.h"
#include "companions/logs/tokens.h"

namespace millrace::logs {

Outcome<PutLogEventsResponse> putLogEvents(Service& service, PutLogEventsRequest& input,
                                           RequestContext& context) {
  std::vector<NewEvent> events;
  events.reserve(input.logEvents.size());
  for (const InputLogEvent& event : input.logEvents) {
    events.push_back({event.timestamp, event.message});
  }
  int64_t now = context.now().millis;
  AppendedEvents appended = TRY(service.append(
      {context.account, context.region, input.logGroupName}, input.logStreamName, events, now));
  PutLogEventsResponse response;
  response.nextSequenceToken = eventId({now, 0}, 0);  // for old clients; nobody looks at it
  if (appended.tooNewStart || appended.tooOldEnd || appended.expiredEnd) {
    RejectedLogEventsInfo& rejected = response.rejectedLogEventsInfo.emplace();
    rejected.tooNewLogEventStartIndex = appended.tooNewStart;
    rejected.tooOldLogEventEndIndex = appended.tooOldEnd;
    rejected.expiredLogEventEndIndex = appended.expiredEnd;
  }
  return response;
}

}  // namespace millrace::logs
