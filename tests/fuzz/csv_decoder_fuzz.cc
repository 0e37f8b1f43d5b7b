// Feeds arbitrary bytes to the csv decoder: it must end without a crash, and reading the text in
// many goes must give as many rows, or fail as well, as reading it at once.
#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "formats/format.h"

namespace {

using namespace millrace;

constexpr size_t kFailed = SIZE_MAX;

size_t countRows(const FormatDescriptor& format, const OptionReader& options, const Schema& schema,
                 std::string_view text, size_t maxRows) {
  std::vector<DecodedField> fields;
  for (uint32_t i = 0; i < schema.size(); ++i) fields.push_back({{i}, schema[i].type});
  fields.push_back({{1, 0}, schema[1].type.child(0)});
  auto decoder = format.makeDecoder({schema, fields, nullptr, nullptr}, options).value();
  auto buffer = std::make_shared<Buffer>(text.size());
  if (!text.empty()) std::memcpy(buffer->data(), text.data(), text.size());
  std::memset(buffer->data() + text.size(), 0, Buffer::kPadding);
  std::string_view rest(buffer->data(), text.size());
  size_t rows = 0;
  while (!rest.empty()) {
    Batch batch;
    size_t consumed = 0;
    if (!decoder->decode(rest, buffer, maxRows, batch, consumed).ok()) return kFailed;
    if (consumed == 0) break;
    rows += batch.numRows();
    rest.remove_prefix(consumed);
  }
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const FormatDescriptor& format = *FormatCatalog::builtin().find("csv");
  static const OptionReader options =
      OptionReader::make("fuzz", format.options, {{"ignore-parse-errors", "true"}}).value();
  static const Schema schema = {
      {"a", Type::integer()},
      {"r", Type::row({"t", "d"}, {Type::timestamp(3), Type::decimal(10, 2)})},
      {"s", Type::string()},
      {"l", Type::array(Type::doubling())},
      {"m", Type::boolean()},
      {"b", Type::bytes()}};
  std::string_view text(reinterpret_cast<const char*>(data), size);
  size_t atOnce = countRows(format, options, schema, text, 64);
  CHECK(atOnce == countRows(format, options, schema, text, 1));
  return 0;
}
