#include "aws/model/generated/kinesis/update_max_record_size.h"

#include "companions/kinesis/service.h"

namespace millrace::kinesis {

Outcome<UpdateMaxRecordSizeResponse> updateMaxRecordSize(Service& service,
                                                         UpdateMaxRecordSizeInput& input,
                                                         RequestContext& context) {
  StreamPtr stream = TRY(service.find(std::nullopt, input.streamARN, context));
  TRY(service.changeActive(*stream, [&](StreamDefinition& definition) -> Outcome<void> {
    definition.maxRecordKib = input.maxRecordSizeInKiB;
    service.beginUpdate(definition, {}, context);
    return {};
  }));
  return UpdateMaxRecordSizeResponse();
}

}  // namespace millrace::kinesis
