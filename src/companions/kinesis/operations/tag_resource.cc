#include "aws/model/generated/kinesis/tag_resource.h"

#include "companions/kinesis/service.h"
#include "companions/kinesis/tags.h"

namespace millrace::kinesis {

Outcome<TagResourceResponse> tagResource(Service& service, TagResourceInput& input,
                                         RequestContext& context) {
  StreamPtr stream = TRY(service.find(std::nullopt, input.resourceARN, context));
  TRY(service.streams().change(
      *stream, [&](StreamDefinition& definition) { return addTags(definition, input.tags); }));
  return TagResourceResponse();
}

}  // namespace millrace::kinesis
