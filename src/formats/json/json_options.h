// The json format's options, read once per decoder or encoder.
#pragma once

#include <cstdint>
#include <string>

#include "formats/text_values.h"
#include "runtime/option.h"

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

JsonOptions readJsonOptions(const OptionReader& options);

}  // namespace millrace
