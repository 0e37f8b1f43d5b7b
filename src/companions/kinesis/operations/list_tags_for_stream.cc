#include "aws/model/generated/kinesis/list_tags_for_stream.h"

#include "companions/kinesis/service.h"

namespace millrace::kinesis {

namespace {

constexpr int32_t kDefaultTags = 50;

}  // namespace

Outcome<ListTagsForStreamOutput> listTagsForStream(Service& service, ListTagsForStreamInput& input,
                                                   RequestContext& context) {
  StreamPtr stream = TRY(service.find(input.streamName, input.streamARN, context));
  StreamViewPtr view = stream->view();
  const std::map<std::string, std::string>& tags = view->definition.tags;
  auto at =
      input.exclusiveStartTagKey ? tags.upper_bound(*input.exclusiveStartTagKey) : tags.begin();
  size_t limit = static_cast<size_t>(input.limit.value_or(kDefaultTags));
  ListTagsForStreamOutput output;
  for (; at != tags.end() && output.tags.size() < limit; ++at) {
    Tag& tag = output.tags.emplace_back();
    tag.key = at->first;
    tag.value = at->second;
  }
  output.hasMoreTags = at != tags.end();
  return output;
}

}  // namespace millrace::kinesis
