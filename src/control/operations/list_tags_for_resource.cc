#include "aws/model/generated/kinesisanalyticsv2/list_tags_for_resource.h"

#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<ListTagsForResourceResponse> listTagsForResource(Service& service,
                                                         ListTagsForResourceRequest& input,
                                                         RequestContext&) {
  return reading<ListTagsForResourceResponse>(
      service.store(), [&](StoreReader& reader) -> Outcome<ListTagsForResourceResponse> {
        Application application = TRY(service.findByArn(reader, input.resourceARN));
        ListTagsForResourceResponse response;
        auto& tags = response.tags.emplace();
        for (const auto& [key, value] : application.tags) {
          Tag& tag = tags.emplace_back();
          tag.key = key;
          tag.value = value;
        }
        return response;
      });
}

}  // namespace millrace::kinesisanalyticsv2
