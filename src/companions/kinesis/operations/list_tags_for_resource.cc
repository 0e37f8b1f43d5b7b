#include "aws/model/generated/kinesis/list_tags_for_resource.h"

#include "companions/kinesis/service.h"

namespace millrace::kinesis {

Outcome<ListTagsForResourceOutput> listTagsForResource(Service& service,
                                                       ListTagsForResourceInput& input,
                                                       RequestContext& context) {
  StreamPtr stream = TRY(service.find(std::nullopt, input.resourceARN, context));
  StreamViewPtr view = stream->view();
  ListTagsForResourceOutput output;
  output.tags.emplace();
  for (const auto& [key, value] : view->definition.tags) {
    Tag& tag = output.tags->emplace_back();
    tag.key = key;
    tag.value = value;
  }
  return output;
}

}  // namespace millrace::kinesis
