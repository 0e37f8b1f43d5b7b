#include "aws/model/generated/logs/create_log_stream.h"

#include "aws/model/generated/logs/errors.h"
#include "companions/logs/service.h"

namespace millrace::logs {

Outcome<CreateLogStreamResponse> createLogStream(Service& service, CreateLogStreamRequest& input,
                                                 RequestContext& context) {
  return service.store().write([&](Transaction& transaction) -> Outcome<CreateLogStreamResponse> {
    LogGroupRecord group =
        TRY(requireGroup(transaction, {context.account, context.region, input.logGroupName}));
    if (TRY(transaction.findStream(group.id, input.logStreamName))) {
      return resourceAlreadyExistsException("The specified log stream already exists");
    }
    LogStreamRecord stream;
    stream.group = group.id;
    stream.name = input.logStreamName;
    stream.createdMillis = context.now().millis;
    TRY(transaction.insertStream(stream));
    return CreateLogStreamResponse();
  });
}

}  // namespace millrace::logs
