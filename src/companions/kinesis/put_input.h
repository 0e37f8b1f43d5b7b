// What PutRecord and PutRecords check of a record before it is stored.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/model/api_error.h"
#include "companions/kinesis/stream/stream.h"

namespace millrace::kinesis {

// Whether records can be put into the stream at all.
Outcome<void> checkWritable(const StreamDefinition& stream);

// The views in the result are those of the arguments. `memberPath` is where the record is in the
// request, as validation errors name it: "" or "records.3.member.".
Outcome<PutEntry> checkEntry(const std::optional<std::string>& partitionKey,
                             const std::optional<std::string>& explicitHashKey,
                             std::string_view data, const StreamDefinition& stream,
                             std::string_view memberPath);

}  // namespace millrace::kinesis
