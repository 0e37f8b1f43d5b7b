// The json format's options, read once per decoder or encoder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/text_values.h"
#include "runtime/option.h"
#include "types/type.h"

namespace millrace {

enum class MapNullKeyMode : uint8_t { kFail, kDrop, kLiteral };

struct JsonOptions {
  bool failOnMissingField = false;
  bool ignoreParseErrors = false;
  TimestampStyle timestampStyle = TimestampStyle::kSql;
  MapNullKeyMode mapNullKeyMode = MapNullKeyMode::kFail;
  std::string mapNullKeyLiteral = "null";
  bool decimalAsPlainNumber = false;
  bool ignoreNullFields = false;
};

// The options of the json format. Formats that wrap it take some of them over.
const std::vector<OptionSpec>& jsonOptionSpecs();
// Requires here and below: `options` was made with jsonOptionSpecs().
Status validateJson(const Schema& schema, const OptionReader& options);
JsonOptions readJsonOptions(const OptionReader& options);

}  // namespace millrace
