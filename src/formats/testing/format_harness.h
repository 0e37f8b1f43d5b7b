// For tests of formats: decodes text with given options and renders batches as text.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.h"
#include "types/print.h"

namespace millrace::format_test {

// The buffer of a text, with its padding.
inline BufferPtr bufferOf(std::string_view text) {
  auto buffer = std::make_shared<Buffer>(text.size());
  if (!text.empty()) std::memcpy(buffer->data(), text.data(), text.size());
  std::memset(buffer->data() + text.size(), 0, Buffer::kPadding);
  return buffer;
}

inline std::vector<DecodedField> allFields(const Schema& schema) {
  std::vector<DecodedField> fields;
  for (uint32_t i = 0; i < schema.size(); ++i) fields.push_back({{i}, schema[i].type});
  return fields;
}

inline std::string renderRows(const Batch& batch) {
  std::string out;
  PrintOptions options;
  for (uint32_t row = 0; row < batch.numRows(); ++row) {
    for (size_t column = 0; column < batch.numColumns(); ++column) {
      if (column > 0) out += ' ';
      appendPrinted(*batch.column(column), row, options, out);
    }
    out += '\n';
  }
  return out;
}

inline OptionReader readOptions(const FormatDescriptor& format, OptionMap options) {
  return OptionReader::make("format '" + format.name + "'", format.options, std::move(options))
      .value();
}

struct Decoded {
  std::string rows;   // one line per row
  std::string error;  // message, or empty
  uint64_t malformed = 0;
};

// Decodes the whole text in batches of `maxRows` records.
inline Decoded decodeText(const std::string& formatName, const Schema& schema,
                          std::vector<DecodedField> fields, std::string_view text,
                          OptionMap options = {}, size_t maxRows = 3) {
  const FormatDescriptor& format = *FormatCatalog::builtin().find(formatName);
  OperatorMetrics metrics;
  DecoderRequest request{schema, std::move(fields), nullptr, &metrics};
  auto decoder = format.makeDecoder(request, readOptions(format, std::move(options)));
  Decoded result;
  if (!decoder.ok()) {
    result.error = decoder.error().message();
    return result;
  }
  BufferPtr buffer = bufferOf(text);
  std::string_view rest(buffer->data(), text.size());
  while (!rest.empty()) {
    Batch batch;
    size_t consumed = 0;
    Status status = decoder.value()->decode(rest, buffer, maxRows, batch, consumed);
    if (!status.ok()) {
      result.error = status.error().message();
      return result;
    }
    if (consumed == 0) {
      // Without its last line end the text counts as complete.
      if (rest.back() != '\n') break;
      rest.remove_suffix(1);
      continue;
    }
    result.rows += renderRows(batch);
    rest.remove_prefix(consumed);
  }
  result.malformed = metrics.malformedRecords;
  return result;
}

}  // namespace millrace::format_test
