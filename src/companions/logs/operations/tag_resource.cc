#include "aws/model/generated/logs/tag_resource.h"

#include "companions/logs/tags.h"

namespace millrace::logs {

Outcome<TagResourceResponse> tagResource(Service& service, TagResourceRequest& input,
                                         RequestContext&) {
  return service.store().write([&](Transaction& transaction) -> Outcome<TagResourceResponse> {
    LogGroupRecord group = TRY(requireTagged(transaction, input.resourceArn));
    TRY(addTags(transaction, group, input.tags));
    return TagResourceResponse();
  });
}

}  // namespace millrace::logs
