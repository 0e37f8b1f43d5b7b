// The csv format's descriptor.
#include <fmt/format.h>

#include "formats/csv/csv_codec.h"
#include "formats/csv/csv_options.h"
#include "formats/format.h"

namespace millrace {

namespace {

std::vector<OptionSpec> csvOptions() {
  constexpr OptionType kFlag = OptionType::kBoolean;
  constexpr OptionType kText = OptionType::kString;
  return {
      {"field-delimiter",
       kText,
       ",",
       false,
       {},
       "The character between fields; escapes such as '\\t' are understood."},
      {"disable-quote-character", kFlag, "false", false, {}, "Take quotes for ordinary text."},
      {"quote-character", kText, "\"", false, {}, "The character around quoted fields."},
      {"allow-comments", kFlag, "false", false, {}, "Skip lines that start with '#'."},
      {"ignore-parse-errors",
       kFlag,
       "false",
       false,
       {},
       "Skip malformed records and read NULL for malformed fields, instead of failing."},
      {"array-element-delimiter",
       kText,
       ";",
       false,
       {},
       "The character between the elements of an ARRAY or ROW."},
      {"escape-character", kText, "", false, {}, "The character that escapes the next one."},
      {"null-literal", kText, "", false, {}, "The text that stands for NULL."},
      {"write-bigdecimal-in-scientific-notation",
       kFlag,
       "true",
       false,
       {},
       "Accepted; as in Flink's file sink, decimals are always written the short way."},
      {"trim-spaces", kFlag, "false", false, {}, "Drop blanks around unquoted fields."},
      {"ignore-trailing-unmappable",
       kFlag,
       "false",
       false,
       {},
       "Drop fields that the table has no columns for."},
      {"allow-trailing-comma",
       kFlag,
       "true",
       false,
       {},
       "Accept one delimiter behind the last field."},
      {"fail-on-missing-columns",
       kFlag,
       "false",
       false,
       {},
       "Fail when a record has fewer fields than the table has columns."},
      {"empty-string-as-null", kFlag, "false", false, {}, "Read empty fields as NULL."},
  };
}

// One character, after resolving Java's escapes.
Result<char> singleCharacter(const OptionReader& options, const char* key) {
  std::string text = options.text(key);
  if (text.size() == 2 && text[0] == '\\') {
    switch (text[1]) {
      case 't':
        return '\t';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case '0':
        return '\0';
      default:
        return text[1];
    }
  }
  if (text.size() == 6 && text.starts_with("\\u00")) {
    return static_cast<char>(std::strtol(text.c_str() + 2, nullptr, 16));
  }
  if (text.size() != 1) {
    return Error(ErrorKind::kInvalidOption,
                 fmt::format("option 'csv.{}' must be a string with single character, but was: {}",
                             key, text))
        .withHint("Give one ASCII character.");
  }
  return text[0];
}

bool isCsvScalar(const Type& type) { return !type.isNested(); }

Status validateField(const Field& field) {
  const Type& type = field.type;
  if (type.kind() == TypeKind::kTime && type.precision() > 3) {
    return Error(ErrorKind::kUnsupported,
                 fmt::format("csv with column '{}' of type {}; the precision can be 0 to 3",
                             field.name, type.toString()))
        .withHint("Declare the column as TIME(3).");
  }
  bool right = isCsvScalar(type);
  if (type.kind() == TypeKind::kArray || type.kind() == TypeKind::kRow) {
    right = true;
    for (size_t i = 0; i < type.numChildren(); ++i) right = right && isCsvScalar(type.child(i));
  }
  if (right) return {};
  return Error(ErrorKind::kUnsupported,
               fmt::format("csv with column '{}' of type {}", field.name, type.toString()))
      .withHint("Use scalar columns, or arrays and rows of scalars.");
}

Status validate(const Schema& schema, const OptionReader& options) {
  TRY(readCsvOptions(options));
  for (const Field& field : schema) TRY(validateField(field));
  return {};
}

Result<std::unique_ptr<Decoder>> makeDecoder(const DecoderRequest& request,
                                             const OptionReader& options) {
  return makeCsvDecoder(request, TRY(readCsvOptions(options)));
}

Result<std::unique_ptr<Encoder>> makeEncoder(const Schema& schema, const OptionReader& options) {
  return makeCsvEncoder(schema, TRY(readCsvOptions(options)));
}

}  // namespace

Result<CsvOptions> readCsvOptions(const OptionReader& options) {
  CsvOptions read;
  read.delimiter = TRY(singleCharacter(options, "field-delimiter"));
  read.quoting = !options.boolean("disable-quote-character");
  if (!read.quoting && options.has("quote-character")) {
    return Error(ErrorKind::kInvalidOption,
                 "format cannot define a quote character and disabled quote character at the "
                 "same time")
        .withHint("Remove one of the two options.");
  }
  if (read.quoting) read.quote = TRY(singleCharacter(options, "quote-character"));
  if (options.has("escape-character")) {
    read.escape = TRY(singleCharacter(options, "escape-character"));
  }
  read.elementDelimiter = options.text("array-element-delimiter");
  if (read.elementDelimiter.size() != 1) {
    read.elementDelimiter = TRY(singleCharacter(options, "array-element-delimiter"));
  }
  read.nullLiteral = options.find("null-literal");
  read.allowComments = options.boolean("allow-comments");
  read.ignoreParseErrors = options.boolean("ignore-parse-errors");
  read.trimSpaces = options.boolean("trim-spaces");
  read.ignoreExtraFields = options.boolean("ignore-trailing-unmappable");
  read.allowTrailingDelimiter = options.boolean("allow-trailing-comma");
  read.failOnMissingColumns = options.boolean("fail-on-missing-columns");
  read.emptyStringAsNull = options.boolean("empty-string-as-null");
  return read;
}

void addCsvFormat(FormatCatalog& catalog) {
  FormatDescriptor format;
  format.name = "csv";
  format.doc = "Delimited text, one record per line; quoted fields may hold line ends.";
  format.options = csvOptions();
  format.framing = Framing::kCsvLines;
  format.skipsByteOrderMark = true;
  format.validate = validate;
  format.makeDecoder = makeDecoder;
  format.makeEncoder = makeEncoder;
  catalog.add(std::move(format));
}

}  // namespace millrace
