#include "aws/model/generated/kinesis/untag_resource.h"

#include "companions/kinesis/service.h"
#include "companions/kinesis/tags.h"

namespace millrace::kinesis {

Outcome<UntagResourceResponse> untagResource(Service& service, UntagResourceInput& input,
                                             RequestContext& context) {
  StreamPtr stream = TRY(service.find(std::nullopt, input.resourceARN, context));
  TRY(service.streams().change(*stream, [&](StreamDefinition& definition) {
    return removeTags(definition, input.tagKeys);
  }));
  return UntagResourceResponse();
}

}  // namespace millrace::kinesis
