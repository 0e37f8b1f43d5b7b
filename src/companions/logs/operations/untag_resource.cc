#include "aws/model/generated/logs/untag_resource.h"

#include "companions/logs/tags.h"

namespace millrace::logs {

Outcome<UntagResourceResponse> untagResource(Service& service, UntagResourceRequest& input,
                                             RequestContext&) {
  return service.store().write([&](Transaction& transaction) -> Outcome<UntagResourceResponse> {
    LogGroupRecord group = TRY(requireTagged(transaction, input.resourceArn));
    TRY(removeTags(transaction, group, input.tagKeys));
    return UntagResourceResponse();
  });
}

}  // namespace millrace::logs
