#include "aws/model/generated/kinesisanalyticsv2/tag_resource.h"

#include "control/model/tags.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<TagResourceResponse> tagResource(Service& service, TagResourceRequest& input,
                                         RequestContext&) {
  return writing<TagResourceResponse>(
      service.store(), [&](StoreWriter& writer) -> Outcome<TagResourceResponse> {
        Application application = TRY(service.findByArn(writer, input.resourceARN));
        TRY(addTags(input.tags, service.quotas(), application.tags));
        TRY(writer.updateApplication(application));
        return TagResourceResponse();
      });
}

}  // namespace millrace::kinesisanalyticsv2
