#include "aws/model/generated/kinesisanalyticsv2/untag_resource.h"

#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<UntagResourceResponse> untagResource(Service& service, UntagResourceRequest& input,
                                             RequestContext&) {
  return writing<UntagResourceResponse>(
      service.store(), [&](StoreWriter& writer) -> Outcome<UntagResourceResponse> {
        Application application = TRY(service.findByArn(writer, input.resourceARN));
        for (const std::string& key : input.tagKeys) application.tags.erase(key);
        TRY(writer.updateApplication(application));
        return UntagResourceResponse();
      });
}

}  // namespace millrace::kinesisanalyticsv2
