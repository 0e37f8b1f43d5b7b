// The raw format: one column that is the whole record, a line without its end.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "formats/format.h"
#include "formats/message_decoder.h"
#include "formats/record_column.h"
#include "formats/text_values.h"

namespace millrace {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

enum class Charset : uint8_t { kUtf8, kAscii, kLatin1 };

struct RawOptions {
  Charset charset = Charset::kUtf8;
  bool bigEndian = true;
};

// Java's names of a character set, in any case.
std::optional<Charset> findCharset(std::string_view name) {
  struct Named {
    std::string_view name;
    Charset charset;
  };
  constexpr Named kNames[] = {{"UTF-8", Charset::kUtf8},
                              {"UTF8", Charset::kUtf8},
                              {"UNICODE-1-1-UTF-8", Charset::kUtf8},
                              {"US-ASCII", Charset::kAscii},
                              {"ASCII", Charset::kAscii},
                              {"ISO646-US", Charset::kAscii},
                              {"ISO-8859-1", Charset::kLatin1},
                              {"ISO8859_1", Charset::kLatin1},
                              {"ISO8859-1", Charset::kLatin1},
                              {"ISO_8859-1", Charset::kLatin1},
                              {"LATIN1", Charset::kLatin1},
                              {"L1", Charset::kLatin1}};
  std::string upper = toUpperAscii(name);
  for (const Named& known : kNames) {
    if (known.name == upper) return known.charset;
  }
  return std::nullopt;
}

std::vector<OptionSpec> rawOptions() {
  return {
      {"charset", OptionType::kString, "UTF-8", false, {}, "UTF-8, US-ASCII or ISO-8859-1."},
      {"endianness",
       OptionType::kEnum,
       "big-endian",
       false,
       {"big-endian", "little-endian"},
       "The byte order of numbers."},
  };
}

bool isSupported(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
    case TypeKind::kBoolean:
    case TypeKind::kTinyint:
    case TypeKind::kSmallint:
    case TypeKind::kInteger:
    case TypeKind::kBigint:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return true;
    default:
      return false;
  }
}

Status validate(const Schema& schema, const OptionReader& options) {
  if (schema.size() != 1) {
    return Error(ErrorKind::kInvalidSchema,
                 fmt::format("the 'raw' format only supports single physical column, but the "
                             "table has {}",
                             schema.size()))
        .withHint("Declare one column, or choose another format.");
  }
  if (!isSupported(schema[0].type)) {
    return Error(ErrorKind::kUnsupported,
                 fmt::format("the 'raw' format with column '{}' of type {}", schema[0].name,
                             schema[0].type.toString()))
        .withHint("Use STRING, BYTES, BOOLEAN or a number.");
  }
  if (!findCharset(options.text("charset"))) {
    return Error(ErrorKind::kUnsupported,
                 fmt::format("'raw.charset' = '{}'", options.text("charset")))
        .withHint("Use UTF-8, US-ASCII or ISO-8859-1.");
  }
  return {};
}

RawOptions readOptions(const OptionReader& options) {
  RawOptions read;
  read.charset = findCharset(options.text("charset")).value_or(Charset::kUtf8);
  read.bigEndian = toUpperAscii(options.text("endianness")) != "LITTLE-ENDIAN";
  return read;
}

bool isNumber(const Type& type) {
  return type.kind() == TypeKind::kBoolean || type.isInteger() || type.isApproximate();
}

void appendLatin1(std::string_view text, std::string& out) {
  for (char c : text) {
    auto code = static_cast<unsigned char>(c);
    if (code < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | code >> 6);
      out += static_cast<char>(0x80 | (code & 0x3F));
    }
  }
}

void appendAscii(std::string_view text, std::string& out) {
  for (char c : text) {
    if (static_cast<unsigned char>(c) < 0x80) {
      out += c;
    } else {
      out += kReplacement;
    }
  }
}

// How many bytes of text that is not UTF-8 at its front Java's decoder replaces by one U+FFFD: the
// start of a character as far as it is right, or one byte. A surrogate is taken whole.
size_t malformedLength(std::string_view text) {
  auto at = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  auto isContinuation = [&](size_t i) { return (at(i) & 0xC0) == 0x80; };
  unsigned lead = at(0);
  if ((lead & 0xF0) == 0xE0) {
    if ((lead == 0xE0 && at(1) < 0xA0) || !isContinuation(1)) return 1;
    return isContinuation(2) ? 3 : 2;
  }
  if ((lead & 0xF8) == 0xF0) {
    bool outside = lead > 0xF4 || (lead == 0xF0 && at(1) < 0x90) || (lead == 0xF4 && at(1) > 0x8F);
    if (outside || !isContinuation(1)) return 1;
    return isContinuation(2) ? 3 : 2;
  }
  return 1;
}

class RawDecoder : public Decoder, public WholeMessages {
 public:
  RawDecoder(const DecoderRequest& request, RawOptions options)
      : options_(options), type_(request.schema[0].type) {
    columns_.reserve(request.fields.size());
    for (const DecodedField& field : request.fields) columns_.emplace_back(field.type);
  }

  Status decode(std::string_view data, const BufferPtr& owner, size_t maxRows, Batch& out,
                size_t& consumed) override {
    for (RecordColumn& column : columns_) column.begin(maxRows);
    size_t rows = 0;
    const char* p = data.data();
    const char* end = p + data.size();
    while (rows < maxRows && p < end) {
      const void* newline = std::memchr(p, '\n', static_cast<size_t>(end - p));
      const char* stop = newline ? static_cast<const char*>(newline) : end;
      std::string_view line(p, static_cast<size_t>(stop - p));
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      for (RecordColumn& column : columns_) {
        TRY(store(line, p - data.data(), rows, column));
      }
      ++rows;
      p = newline ? stop + 1 : end;
    }
    consumed = static_cast<size_t>(p - data.data());
    std::vector<ColumnPtr> columns;
    for (RecordColumn& column : columns_) columns.push_back(column.finish(rows, owner));
    out = Batch(std::move(columns), rows);
    return {};
  }

  Status decodeMessages(std::span<const std::string_view> messages, const BufferPtr& owner,
                        Batch& out) override {
    for (RecordColumn& column : columns_) column.begin(messages.size());
    for (size_t row = 0; row < messages.size(); ++row) {
      for (RecordColumn& column : columns_) TRY(store(messages[row], 0, row, column));
    }
    std::vector<ColumnPtr> columns;
    for (RecordColumn& column : columns_) columns.push_back(column.finish(messages.size(), owner));
    out = Batch(std::move(columns), messages.size());
    return {};
  }

 private:
  Status store(std::string_view line, ptrdiff_t offset, size_t row, RecordColumn& column) {
    ScalarValue value;
    if (isNumber(type_)) {
      size_t width = physicalWidth(type_.physical());
      if (line.size() != width) {
        return Error(ErrorKind::kMalformedRecord,
                     fmt::format("record at byte {}: {} bytes, {} needs {}", offset, line.size(),
                                 type_.toString(), width))
            .withHint("Check the column's type against the data.");
      }
      storeNumber(line, value);
    } else if (type_.isBinaryString()) {
      value.text = line;
      value.inRecord = true;
    } else if (options_.charset == Charset::kLatin1) {
      text_.clear();
      appendLatin1(line, text_);
      value.text = text_;
    } else if (options_.charset == Charset::kAscii) {
      text_.clear();
      appendAscii(line, text_);
      value.text = text_;
    } else if (simdjson::validate_utf8(line.data(), line.size())) {
      value.text = line;
      value.inRecord = true;
    } else {
      replaceInvalid(line);
      value.text = text_;
    }
    column.setScalar(row, value);
    return {};
  }

  void storeNumber(std::string_view line, ScalarValue& value) {
    char bytes[8] = {};
    std::copy(line.begin(), line.end(), bytes);
    if (options_.bigEndian) std::reverse(bytes, bytes + line.size());
    uint64_t bits;
    std::memcpy(&bits, bytes, 8);
    unsigned unused = 64 - 8 * static_cast<unsigned>(line.size());
    value.integer = static_cast<int64_t>(bits << unused) >> unused;
    if (type_.kind() == TypeKind::kBoolean) value.integer = bits != 0;
    if (type_.kind() == TypeKind::kFloat) {
      float real;
      std::memcpy(&real, bytes, 4);
      value.real = real;
    } else if (type_.kind() == TypeKind::kDouble) {
      std::memcpy(&value.real, bytes, 8);
    }
  }

  void replaceInvalid(std::string_view line) {
    text_.clear();
    while (!line.empty()) {
      size_t size = 1;
      while (size < 4 && size < line.size() && !simdjson::validate_utf8(line.data(), size)) ++size;
      if (simdjson::validate_utf8(line.data(), size)) {
        text_ += line.substr(0, size);
      } else {
        text_ += kReplacement;
        size = malformedLength(line);
      }
      line.remove_prefix(size);
    }
  }

  RawOptions options_;
  Type type_;
  std::vector<RecordColumn> columns_;
  std::string text_;
};

class RawEncoder : public Encoder {
 public:
  explicit RawEncoder(RawOptions options) : options_(options) {}

  Status encode(const Batch& batch, std::string& out) override {
    Rows rows = batch.rows();
    for (uint32_t i = 0; i < rows.count(); ++i) TRY(encodeRow(batch, rows[i], out));
    return {};
  }

  Status encodeRow(const Batch& batch, uint32_t row, std::string& out) override {
    const Column& column = *batch.column(0);
    if (column.isNull(row)) {
      return Error(ErrorKind::kUnsupported, "the 'raw' format cannot write NULL")
          .withHint("Filter NULLs out, or replace them with COALESCE.");
    }
    append(column, column.position(row), out);
    out += '\n';
    return {};
  }

 private:
  void append(const Column& column, size_t at, std::string& out) {
    if (column.physical() == Physical::kString) {
      std::string_view text = column.values<StringView>()[at];
      if (options_.charset != Charset::kUtf8 && column.type().isCharacter()) {
        appendSingleBytes(text, out);
      } else {
        out += text;
      }
      return;
    }
    char bytes[8];
    switch (physicalWidth(column.physical())) {
      case 1:
        return appendBytes(bytes, column.values<int8_t>()[at], out);
      case 2:
        return appendBytes(bytes, column.values<int16_t>()[at], out);
      case 4: {
        bool isFloat = column.physical() == Physical::kFloat;
        if (isFloat) return appendBytes(bytes, column.values<float>()[at], out);
        return appendBytes(bytes, column.values<int32_t>()[at], out);
      }
      default: {
        bool isDouble = column.physical() == Physical::kDouble;
        if (isDouble) return appendBytes(bytes, column.values<double>()[at], out);
        return appendBytes(bytes, column.values<int64_t>()[at], out);
      }
    }
  }

  template <typename T>
  void appendBytes(char* bytes, T value, std::string& out) {
    std::memcpy(bytes, &value, sizeof(T));
    if (options_.bigEndian) std::reverse(bytes, bytes + sizeof(T));
    out.append(bytes, sizeof(T));
  }

  // Characters that the character set does not have become question marks.
  void appendSingleBytes(std::string_view text, std::string& out) const {
    bool latin1 = options_.charset == Charset::kLatin1;
    for (size_t i = 0; i < text.size(); ++i) {
      auto lead = static_cast<unsigned char>(text[i]);
      if (lead < 0x80) {
        out += text[i];
      } else if (latin1 && lead < 0xC4 && i + 1 < text.size()) {
        out += static_cast<char>((lead & 3) << 6 | (text[++i] & 0x3F));
      } else {
        out += '?';
        while (i + 1 < text.size() && (text[i + 1] & 0xC0) == 0x80) ++i;
      }
    }
  }

  RawOptions options_;
};

Result<std::unique_ptr<Decoder>> makeDecoder(const DecoderRequest& request,
                                             const OptionReader& options) {
  TRY(validate(request.schema, options));
  return std::unique_ptr<Decoder>(std::make_unique<RawDecoder>(request, readOptions(options)));
}

Result<std::unique_ptr<Encoder>> makeEncoder(const Schema& schema, const OptionReader& options) {
  TRY(validate(schema, options));
  return std::unique_ptr<Encoder>(std::make_unique<RawEncoder>(readOptions(options)));
}

}  // namespace

void addRawFormat(FormatCatalog& catalog) {
  FormatDescriptor format;
  format.name = "raw";
  format.doc = "One column that is the whole line.";
  format.options = rawOptions();
  format.framing = Framing::kLines;
  format.validate = validate;
  format.makeDecoder = makeDecoder;
  format.makeEncoder = makeEncoder;
  catalog.add(std::move(format));
}

}  // namespace millrace
