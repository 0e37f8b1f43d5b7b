#include "aws/model/generated/logs/filter_log_events.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/model/generated/logs/errors.h"
#include "companions/logs/pattern/filter_pattern.h"
#include "companions/logs/service.h"
#include "companions/logs/tokens.h"

namespace millrace::logs {

namespace {

constexpr int32_t kMaxEvents = 10'000;
constexpr int64_t kMaxPageBytes = 1 << 20;
constexpr int64_t kReadAtOnce = 200;
// A call that finds little ends early, and its token goes on from there.
constexpr int64_t kMaxScannedBytes = 64 << 20;

// Of the streams that the input asks for.
Outcome<std::map<int64_t, std::string>> wantedStreams(Transaction& transaction, int64_t group,
                                                      const FilterLogEventsRequest& input) {
  std::map<int64_t, std::string> names = TRY(transaction.streamNames(group));
  if (input.logStreamNamePrefix) {
    std::erase_if(names, [&](const auto& entry) {
      return !entry.second.starts_with(*input.logStreamNamePrefix);
    });
  }
  if (!input.logStreamNames) return names;
  const std::vector<std::string>& wanted = *input.logStreamNames;
  for (const std::string& name : wanted) {
    TRY(requireStream(transaction, group, name));
  }
  std::erase_if(names, [&](const auto& entry) {
    return std::find(wanted.begin(), wanted.end(), entry.second) == wanted.end();
  });
  return names;
}

struct Page {
  std::vector<EventRecord> events;
  std::optional<EventPosition> more;  // it goes on behind that
};

Outcome<Page> readPage(Transaction& transaction, EventRange range,
                       const std::map<int64_t, std::string>& streams, const FilterPattern& pattern,
                       int64_t limit) {
  Page page;
  int64_t bytes = 0;
  int64_t scanned = 0;
  while (!streams.empty()) {
    std::vector<EventRecord> events = TRY(transaction.events(range, kReadAtOnce));
    for (EventRecord& event : events) {
      auto size = static_cast<int64_t>(event.message.size()) + kEventOverheadBytes;
      scanned += size;
      bool wanted = streams.contains(event.stream) && pattern.matches(event.message);
      bool full = static_cast<int64_t>(page.events.size()) == limit ||
                  (wanted && bytes + size > kMaxPageBytes && !page.events.empty()) ||
                  scanned > kMaxScannedBytes + size;
      if (full) {
        page.more = range.after;
        return page;
      }
      range.after = event.position;
      if (!wanted) continue;
      bytes += size;
      page.events.push_back(std::move(event));
    }
    if (static_cast<int64_t>(events.size()) < kReadAtOnce) break;
  }
  return page;
}

}  // namespace

Outcome<FilterLogEventsResponse> filterLogEvents(Service& service, FilterLogEventsRequest& input,
                                                 RequestContext& context) {
  GroupName name = TRY(Service::groupOf(input.logGroupName, input.logGroupIdentifier, context));
  if (input.logStreamNames && input.logStreamNamePrefix) {
    return invalidParameterException(
        "logStreamNames and logStreamNamePrefix cannot be given together.");
  }
  Result<std::unique_ptr<FilterPattern>> pattern =
      FilterPattern::parse(input.filterPattern.value_or(""));
  if (!pattern.ok()) return invalidParameterException(pattern.error().message());
  std::optional<EventToken> token;
  if (input.nextToken) {
    std::optional<std::string> content = decodePageToken(*input.nextToken);
    if (content) token = decodeEventToken(*content);
    if (!token) return invalidParameterException("The specified nextToken is invalid.");
  }
  return service.store().read([&](Transaction& transaction) -> Outcome<FilterLogEventsResponse> {
    LogGroupRecord group = TRY(requireGroup(transaction, name));
    std::map<int64_t, std::string> streams = TRY(wantedStreams(transaction, group.id, input));
    EventRange range;
    range.group = group.id;
    if (streams.size() == 1) range.stream = streams.begin()->first;
    range.fromMillis =
        std::max(input.startTime.value_or(0), group.oldestMillis(context.now().millis));
    // Unlike GetLogEvents, the end belongs to the range.
    if (input.endTime && *input.endTime < INT64_MAX) range.toMillis = *input.endTime + 1;
    range.descending = token ? !token->forward : !input.startFromHead.value_or(true);
    if (token) range.after = token->position;
    Page page = TRY(
        readPage(transaction, range, streams, *pattern.value(), input.limit.value_or(kMaxEvents)));
    FilterLogEventsResponse response;
    response.events.emplace();
    response.searchedLogStreams.emplace();
    if (page.more) {
      response.nextToken =
          encodePageToken(encodeEventToken({*page.more, group.id, !range.descending}));
    }
    for (EventRecord& event : page.events) {
      FilteredLogEvent& shown = response.events->emplace_back();
      shown.logStreamName = streams[event.stream];
      shown.timestamp = event.position.timeMillis;
      shown.message = std::move(event.message);
      shown.ingestionTime = event.ingestedMillis;
      shown.eventId = eventId(event.position, event.stream);
    }
    return response;
  });
}

}  // namespace millrace::logs
