#include "aws/model/generated/logs/describe_log_streams.h"

#include <fmt/format.h>

#include <charconv>

#include "aws/model/generated/logs/errors.h"
#include "aws/model/generated/logs/shapes/order_by.h"
#include "companions/logs/describe.h"
#include "companions/logs/service.h"
#include "companions/logs/tokens.h"

namespace millrace::logs {

namespace {

constexpr int32_t kDefaultStreams = 50;

// The last stream of the page before: "<time of its last event>:<name>".
struct Position {
  int64_t timeMillis = 0;
  std::string name;
};

std::optional<Position> parsePosition(const std::string& token) {
  std::optional<std::string> content = decodePageToken(token);
  if (!content) return {};
  size_t colon = content->find(':');
  Position position;
  if (colon == std::string::npos) return {};
  std::from_chars(content->data(), content->data() + colon, position.timeMillis);
  position.name = content->substr(colon + 1);
  return position;
}

}  // namespace

Outcome<DescribeLogStreamsResponse> describeLogStreams(Service& service,
                                                       DescribeLogStreamsRequest& input,
                                                       RequestContext& context) {
  GroupName name = TRY(Service::groupOf(input.logGroupName, input.logGroupIdentifier, context));
  bool byTime = input.orderBy.value_or("") == OrderBy::kLastEventTime;
  if (byTime && input.logStreamNamePrefix) {
    return invalidParameterException("Cannot order by LastEventTime with a logStreamNamePrefix.");
  }
  std::optional<Position> after;
  if (input.nextToken) {
    after = parsePosition(*input.nextToken);
    if (!after) return invalidParameterException("The specified nextToken is invalid.");
  }
  int64_t limit = input.limit.value_or(kDefaultStreams);
  bool descending = input.descending.value_or(false);
  return service.store().read([&](Transaction& transaction) -> Outcome<DescribeLogStreamsResponse> {
    LogGroupRecord group = TRY(requireGroup(transaction, name));
    std::vector<LogStreamRecord> streams;
    if (byTime) {
      std::optional<std::pair<int64_t, std::string>> position;
      if (after) position.emplace(after->timeMillis, after->name);
      streams = TRY(transaction.streamsByTime(group.id, position, descending, limit + 1));
    } else {
      streams =
          TRY(transaction.streams(group.id, input.logStreamNamePrefix.value_or(""),
                                  after ? after->name : std::string(), descending, limit + 1));
    }
    DescribeLogStreamsResponse response;
    response.logStreams.emplace();
    if (static_cast<int64_t>(streams.size()) > limit) {
      streams.pop_back();
      const LogStreamRecord& last = streams.back();
      response.nextToken = encodePageToken(fmt::format("{}:{}", last.lastEventMillis, last.name));
    }
    int64_t oldest = group.oldestMillis(context.now().millis);
    for (const LogStreamRecord& stream : streams) {
      std::optional<int64_t> first = TRY(transaction.firstEventMillis(stream.id, oldest));
      response.logStreams->push_back(describeStream(group, stream, first));
    }
    return response;
  });
}

}  // namespace millrace::logs
