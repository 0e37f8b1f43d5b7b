#include "aws/model/generated/kinesis/start_stream_encryption.h"

#include "aws/model/generated/kinesis/errors.h"
#include "aws/model/generated/kinesis/shapes/encryption_type.h"
#include "companions/kinesis/service.h"

namespace millrace::kinesis {

Outcome<StartStreamEncryptionResponse> startStreamEncryption(Service& service,
                                                             StartStreamEncryptionInput& input,
                                                             RequestContext& context) {
  StreamPtr stream = TRY(service.find(input.streamName, input.streamARN, context));
  if (input.encryptionType != EncryptionType::kKms) {
    return invalidArgumentException("EncryptionType must be KMS.");
  }
  TRY(service.changeActive(*stream, [&](StreamDefinition& definition) -> Outcome<void> {
    definition.kmsKeyId = input.keyId;
    service.beginUpdate(definition, {}, context);
    return {};
  }));
  return StartStreamEncryptionResponse();
}

}  // namespace millrace::kinesis
