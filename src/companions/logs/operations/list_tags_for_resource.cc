#include "aws/model/generated/logs/list_tags_for_resource.h"

#include "companions/logs/tags.h"

namespace millrace::logs {

Outcome<ListTagsForResourceResponse> listTagsForResource(Service& service,
                                                         ListTagsForResourceRequest& input,
                                                         RequestContext&) {
  return service.store().read(
      [&](Transaction& transaction) -> Outcome<ListTagsForResourceResponse> {
        LogGroupRecord group = TRY(requireTagged(transaction, input.resourceArn));
        ListTagsForResourceResponse response;
        response.tags = TRY(transaction.tags(group.id));
        return response;
      });
}

}  // namespace millrace::logs
