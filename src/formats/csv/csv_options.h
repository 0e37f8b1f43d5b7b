// The csv format's options, read once per decoder or encoder.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "runtime/option.h"

namespace millrace {

struct CsvOptions {
  char delimiter = ',';
  char quote = '"';
  bool quoting = true;
  std::optional<char> escape;
  std::string elementDelimiter = ";";
  std::optional<std::string> nullLiteral;
  bool allowComments = false;
  bool ignoreParseErrors = false;
  bool trimSpaces = false;
  bool ignoreExtraFields = false;
  bool allowTrailingDelimiter = true;
  bool failOnMissingColumns = false;
  bool emptyStringAsNull = false;
};

Result<CsvOptions> readCsvOptions(const OptionReader& options);

}  // namespace millrace
