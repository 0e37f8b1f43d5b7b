// The csv decoder and encoder.
#pragma once

#include <memory>

#include "formats/csv/csv_options.h"
#include "formats/format.h"

namespace millrace {

std::unique_ptr<Decoder> makeCsvDecoder(const DecoderRequest& request, const CsvOptions& options);
std::unique_ptr<Encoder> makeCsvEncoder(const Schema& schema, const CsvOptions& options);

}  // namespace millrace
