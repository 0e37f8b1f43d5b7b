#include "aws/model/generated/kinesis/add_tags_to_stream.h"

#include "companions/kinesis/service.h"
#include "companions/kinesis/tags.h"

namespace millrace::kinesis {

Outcome<AddTagsToStreamResponse> addTagsToStream(Service& service, AddTagsToStreamInput& input,
                                                 RequestContext& context) {
  StreamPtr stream = TRY(service.find(input.streamName, input.streamARN, context));
  TRY(service.streams().change(
      *stream, [&](StreamDefinition& definition) { return addTags(definition, input.tags); }));
  return AddTagsToStreamResponse();
}

}  // namespace millrace::kinesis
