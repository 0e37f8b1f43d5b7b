#include "aws/model/generated/kinesis/delete_stream.h"

#include "companions/kinesis/service.h"
#include "companions/kinesis/stream/resharding.h"

namespace millrace::kinesis {

Outcome<DeleteStreamResponse> deleteStream(Service& service, DeleteStreamInput& input,
                                           RequestContext& context) {
  StreamPtr stream = TRY(service.find(input.streamName, input.streamARN, context));
  TRY(service.streams().change(*stream, [&](StreamDefinition& definition) -> Outcome<void> {
    beginTransition(definition, Lifecycle::kDeleting, {}, context.now().millis,
                    service.options().transitionMillis);
    return {};
  }));
  if (service.options().transitionMillis == 0) TRY(service.streams().remove(stream));
  return DeleteStreamResponse();
}

}  // namespace millrace::kinesis
