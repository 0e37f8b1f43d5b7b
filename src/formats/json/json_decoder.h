// The json decoder: newline-delimited records into columns.
#pragma once

#include <memory>

#include "formats/format.h"
#include "formats/json/json_options.h"

namespace millrace {

std::unique_ptr<Decoder> makeJsonDecoder(const DecoderRequest& request, const JsonOptions& options);

}  // namespace millrace
