// Tags of streams: what is allowed, and changes of them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "aws/model/api_error.h"
#include "companions/kinesis/stream/stream_definition.h"

namespace millrace::kinesis {

Outcome<void> addTags(StreamDefinition& stream, const std::map<std::string, std::string>& tags);
Outcome<void> removeTags(StreamDefinition& stream, const std::vector<std::string>& keys);

}  // namespace millrace::kinesis
