// The KinesisClient that calls AWS, or whatever stands at the endpoint.
#pragma once

#include "connectors/kinesis/kinesis_client.h"
#include "connectors/kinesis/kinesis_options.h"
#include "env/env.h"

namespace millrace {

// Makes no call. kInvalidOption when the credentials' options make no sense.
Result<KinesisClientPtr> makeAwsKinesisClient(const KinesisStreamOptions& options, Env& env);

}  // namespace millrace
