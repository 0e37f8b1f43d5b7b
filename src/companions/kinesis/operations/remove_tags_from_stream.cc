#include "aws/model/generated/kinesis/remove_tags_from_stream.h"

#include "companions/kinesis/service.h"
#include "companions/kinesis/tags.h"

namespace millrace::kinesis {

Outcome<RemoveTagsFromStreamResponse> removeTagsFromStream(Service& service,
                                                           RemoveTagsFromStreamInput& input,
                                                           RequestContext& context) {
  StreamPtr stream = TRY(service.find(input.streamName, input.streamARN, context));
  TRY(service.streams().change(*stream, [&](StreamDefinition& definition) {
    return removeTags(definition, input.tagKeys);
  }));
  return RemoveTagsFromStreamResponse();
}

}  // namespace millrace::kinesis
