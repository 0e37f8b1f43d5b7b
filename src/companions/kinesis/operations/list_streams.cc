#include "aws/model/generated/kinesis/list_streams.h"

#include <algorithm>

#include "aws/model/generated/kinesis/errors.h"
#include "companions/kinesis/describe.h"
#include "companions/kinesis/opaque_token.h"
#include "companions/kinesis/service.h"

namespace millrace::kinesis {

namespace {

constexpr int32_t kDefaultStreams = 100;
constexpr uint8_t kTokenKind = 2;
constexpr int64_t kTokenLifeMillis = 300'000;

Outcome<std::string> nameOf(const std::string& nextToken, int64_t nowMillis) {
  std::optional<OpaqueToken> token = decodeToken(nextToken, kTokenKind);
  if (!token) return invalidArgumentException("Invalid NextToken.");
  if (nowMillis - token->createdMillis > kTokenLifeMillis) {
    return expiredNextTokenException("The NextToken has expired.");
  }
  return std::move(token->content);
}

StreamSummary summarize(const StreamDefinition& stream) {
  StreamSummary summary;
  summary.streamName = stream.key.name;
  summary.streamARN = stream.key.arn();
  summary.streamStatus = lifecycleName(stream.lifecycle);
  summary.streamModeDetails = describeMode(stream);
  summary.streamCreationTimestamp = Timestamp{stream.createdMillis / 1000 * 1000};
  return summary;
}

}  // namespace

Outcome<ListStreamsOutput> listStreams(Service& service, ListStreamsInput& input,
                                       RequestContext& context) {
  std::string after = input.exclusiveStartStreamName.value_or("");
  if (input.nextToken) after = TRY(nameOf(*input.nextToken, context.now().millis));
  size_t limit = static_cast<size_t>(input.limit.value_or(kDefaultStreams));
  std::vector<StreamPtr> streams = service.streams().list(context.account, context.region);
  ListStreamsOutput output;
  output.streamSummaries.emplace();
  output.hasMoreStreams = false;
  for (const StreamPtr& stream : streams) {
    StreamViewPtr view = stream->view();
    if (view->definition.key.name <= after) continue;
    if (output.streamNames.size() == limit) {
      output.hasMoreStreams = true;
      output.nextToken = encodeToken({kTokenKind, context.now().millis, output.streamNames.back()});
      break;
    }
    output.streamNames.push_back(view->definition.key.name);
    output.streamSummaries->push_back(summarize(view->definition));
  }
  return output;
}

}  // namespace millrace::kinesis
