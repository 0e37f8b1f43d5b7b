// The json format's descriptor.
#include <fmt/format.h>

#include "formats/format.h"
#include "formats/json/json_decoder.h"
#include "formats/json/json_encoder.h"
#include "formats/json/json_options.h"
#include "formats/text_values.h"

namespace millrace {

const std::vector<OptionSpec>& jsonOptionSpecs() {
  static const std::vector<OptionSpec> specs = {
      {"fail-on-missing-field",
       OptionType::kBoolean,
       "false",
       false,
       {},
       "Fail when a declared field is missing, instead of reading NULL."},
      {"ignore-parse-errors",
       OptionType::kBoolean,
       "false",
       false,
       {},
       "Skip malformed records and read NULL for malformed fields, instead of failing."},
      {"timestamp-format.standard",
       OptionType::kEnum,
       "SQL",
       false,
       {"SQL", "ISO-8601"},
       "How timestamps are written: '2024-01-31 12:00:00.123' or '2024-01-31T12:00:00.123'."},
      {"map-null-key.mode",
       OptionType::kEnum,
       "FAIL",
       false,
       {"FAIL", "DROP", "LITERAL"},
       "What to write for a NULL key of a map."},
      {"map-null-key.literal",
       OptionType::kString,
       "null",
       false,
       {},
       "The key to write in mode LITERAL."},
      {"encode.decimal-as-plain-number",
       OptionType::kBoolean,
       "false",
       false,
       {},
       "Write decimals without an exponent."},
      {"encode.ignore-null-fields",
       OptionType::kBoolean,
       "false",
       false,
       {},
       "Leave out fields that are NULL."},
      {"decode.json-parser.enabled",
       OptionType::kBoolean,
       "true",
       false,
       {},
       "Only true is supported: read token by token and only what the query uses."},
  };
  return specs;
}

JsonOptions readJsonOptions(const OptionReader& options) {
  JsonOptions read;
  read.failOnMissingField = options.boolean("fail-on-missing-field");
  read.ignoreParseErrors = options.boolean("ignore-parse-errors");
  if (toUpperAscii(options.text("timestamp-format.standard")) == "ISO-8601") {
    read.timestampStyle = TimestampStyle::kIso;
  }
  std::string mode = toUpperAscii(options.text("map-null-key.mode"));
  if (mode == "DROP") read.mapNullKeyMode = MapNullKeyMode::kDrop;
  if (mode == "LITERAL") read.mapNullKeyMode = MapNullKeyMode::kLiteral;
  read.mapNullKeyLiteral = options.text("map-null-key.literal");
  read.decimalAsPlainNumber = options.boolean("encode.decimal-as-plain-number");
  read.ignoreNullFields = options.boolean("encode.ignore-null-fields");
  return read;
}

namespace {

Status validateType(const Type& type) {
  bool isMap = type.kind() == TypeKind::kMap || type.kind() == TypeKind::kMultiset;
  if (isMap && !type.child(0).isCharacter()) {
    return Error(ErrorKind::kUnsupported,
                 fmt::format("json with keys of {}; only strings can be keys", type.toString()))
        .withHint("Declare the key as STRING.");
  }
  for (size_t i = 0; i < type.numChildren(); ++i) TRY(validateType(type.child(i)));
  return {};
}

}  // namespace

Status validateJson(const Schema& schema, const OptionReader& options) {
  if (options.boolean("fail-on-missing-field") && options.boolean("ignore-parse-errors")) {
    return Error(ErrorKind::kInvalidOption,
                 "fail-on-missing-field and ignore-parse-errors shouldn't both be true")
        .withHint("Set one of the two options to 'false'.");
  }
  // Options of this kind may be written in any case; this one may not, as in Flink.
  std::string standard = options.text("timestamp-format.standard");
  if (standard != "SQL" && standard != "ISO-8601") {
    return Error(ErrorKind::kInvalidOption,
                 fmt::format("unsupported value '{}' for timestamp-format.standard", standard))
        .withHint("Use SQL or ISO-8601, in upper case.");
  }
  if (!options.boolean("decode.json-parser.enabled")) {
    return Error(ErrorKind::kUnsupported, "'json.decode.json-parser.enabled' = 'false'")
        .withHint("Remove the option.");
  }
  for (const Field& field : schema) TRY(validateType(field.type));
  return {};
}

namespace {

Result<std::unique_ptr<Decoder>> makeDecoder(const DecoderRequest& request,
                                             const OptionReader& options) {
  TRY(validateJson(request.schema, options));
  return makeJsonDecoder(request, readJsonOptions(options));
}

Result<std::unique_ptr<Encoder>> makeEncoder(const Schema& schema, const OptionReader& options) {
  TRY(validateJson(schema, options));
  return makeJsonEncoder(schema, readJsonOptions(options));
}

}  // namespace

void addJsonFormat(FormatCatalog& catalog) {
  FormatDescriptor format;
  format.name = "json";
  format.doc = "One JSON object per line.";
  format.options = jsonOptionSpecs();
  format.framing = Framing::kLines;
  format.validate = validateJson;
  format.makeDecoder = makeDecoder;
  format.makeEncoder = makeEncoder;
  catalog.add(std::move(format));
}

}  // namespace millrace
