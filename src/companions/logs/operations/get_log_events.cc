#include "aws/model/generated/logs/get_log_events.h"

#include <algorithm>

#include "aws/model/generated/logs/errors.h"
#include "companions/logs/service.h"
#include "companions/logs/tokens.h"

namespace millrace::logs {

namespace {

constexpr int32_t kMaxEvents = 10'000;
constexpr int64_t kMaxPageBytes = 1 << 20;
constexpr int64_t kReadAtOnce = 200;

// The events of a page, in the order of reading.
Outcome<std::vector<EventRecord>> readPage(Transaction& transaction, EventRange range,
                                           int64_t limit) {
  std::vector<EventRecord> page;
  int64_t bytes = 0;
  while (true) {
    std::vector<EventRecord> events = TRY(transaction.events(range, kReadAtOnce));
    for (EventRecord& event : events) {
      bytes += static_cast<int64_t>(event.message.size()) + kEventOverheadBytes;
      bool full = static_cast<int64_t>(page.size()) == limit || bytes > kMaxPageBytes;
      if (full && !page.empty()) return page;
      range.after = event.position;
      page.push_back(std::move(event));
    }
    if (static_cast<int64_t>(events.size()) < kReadAtOnce) return page;
  }
}

}  // namespace

Outcome<GetLogEventsResponse> getLogEvents(Service& service, GetLogEventsRequest& input,
                                           RequestContext& context) {
  GroupName name = TRY(Service::groupOf(input.logGroupName, input.logGroupIdentifier, context));
  std::optional<EventToken> token;
  if (input.nextToken) {
    token = decodeEventToken(*input.nextToken);
    if (!token) return invalidParameterException("The specified nextToken is invalid.");
  }
  return service.store().read([&](Transaction& transaction) -> Outcome<GetLogEventsResponse> {
    LogGroupRecord group = TRY(requireGroup(transaction, name));
    LogStreamRecord stream = TRY(requireStream(transaction, group.id, input.logStreamName));
    if (token && token->stream != stream.id) {
      return invalidParameterException("The specified nextToken is invalid.");
    }
    EventRange range;
    range.group = group.id;
    range.stream = stream.id;
    range.fromMillis =
        std::max(input.startTime.value_or(0), group.oldestMillis(context.now().millis));
    range.toMillis = input.endTime.value_or(INT64_MAX);
    range.descending = token ? !token->forward : !input.startFromHead.value_or(false);
    if (token) range.after = token->position;
    std::vector<EventRecord> page =
        TRY(readPage(transaction, range, input.limit.value_or(kMaxEvents)));
    if (range.descending) std::reverse(page.begin(), page.end());

    // Behind the last and before the first event; where there is none, where the reading began.
    EventPosition start = token ? token->position : EventPosition{range.fromMillis, 0};
    EventPosition first = page.empty() ? start : page.front().position;
    EventPosition last = page.empty() ? start : page.back().position;
    GetLogEventsResponse response;
    response.nextForwardToken = encodeEventToken({last, stream.id, true});
    response.nextBackwardToken = encodeEventToken({first, stream.id, false});
    response.events.emplace();
    for (EventRecord& event : page) {
      OutputLogEvent& shown = response.events->emplace_back();
      shown.timestamp = event.position.timeMillis;
      shown.message = std::move(event.message);
      shown.ingestionTime = event.ingestedMillis;
    }
    return response;
  });
}

}  // namespace millrace::logs
