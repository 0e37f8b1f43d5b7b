#include "aws/model/generated/logs/delete_log_stream.h"

#include "companions/logs/service.h"

namespace millrace::logs {

Outcome<DeleteLogStreamResponse> deleteLogStream(Service& service, DeleteLogStreamRequest& input,
                                                 RequestContext& context) {
  return service.store().write([&](Transaction& transaction) -> Outcome<DeleteLogStreamResponse> {
    LogGroupRecord group =
        TRY(requireGroup(transaction, {context.account, context.region, input.logGroupName}));
    LogStreamRecord stream = TRY(requireStream(transaction, group.id, input.logStreamName));
    TRY(transaction.deleteStream(stream));
    return DeleteLogStreamResponse();
  });
}

}  // namespace millrace::logs
