// Encodings and digests of texts, and parts of URLs.
#include <fmt/format.h>

#include <random>

#include "base/ascii.h"
#include "functions/digest.h"
#include "functions/function_catalog.h"
#include "functions/kernels.h"
#include "functions/signature.h"
#include "functions/text_encoding.h"
#include "functions/url.h"
#include "functions/value_json.h"

namespace millrace {

namespace {

// --- Base64 and hexadecimal ---

Status toBase64(const KernelCall& call, Column& out) {
  TextArgument input(call, 0);
  std::string text;
  forEachRow(call.rows, [&](uint32_t row) {
    text.clear();
    appendBase64(input[row], text);
    out.setString(row, text);
  });
  return Status();
}

int base64Digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

bool decodeBase64(std::string_view text, std::string& out) {
  size_t size = text.size();
  while (size > 0 && text.size() - size < 2 && text[size - 1] == '=') --size;
  bool padded = size < text.size();
  if ((padded && text.size() % 4 != 0) || size % 4 == 1) return false;
  uint32_t word = 0;
  for (size_t i = 0; i < size; ++i) {
    int digit = base64Digit(text[i]);
    if (digit < 0) return false;
    word = word << 6 | static_cast<uint32_t>(digit);
    if (i % 4 > 0) out += static_cast<char>(word >> (6 - 2 * (i % 4)));
  }
  return true;
}

Status fromBase64(const KernelCall& call, Column& out) {
  TextArgument input(call, 0);
  std::string text;
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    text.clear();
    if (!decodeBase64(input[row], text)) {
      return Error(ErrorKind::kInvalidArgument,
                   fmt::format("illegal Base64 text '{}'", input[row].substr(0, 100)));
    }
    out.setString(row, text);
  }
  return Status();
}

// A single leading digit (an odd number of them) gives a zero byte, as in Flink.
Status unhex(const KernelCall& call, Column& out) {
  TextArgument input(call, 0);
  std::string bytes;
  forEachRow(call.rows, [&](uint32_t row) {
    std::string_view digits = input[row];
    bytes.clear();
    bool valid = true;
    size_t odd = digits.size() % 2;
    if (odd == 1) {
      valid = hexDigit(digits[0]) >= 0;
      bytes += '\0';
    }
    for (size_t i = odd; i + 1 < digits.size(); i += 2) {
      int high = hexDigit(digits[i]), low = hexDigit(digits[i + 1]);
      valid = valid && high >= 0 && low >= 0;
      bytes += static_cast<char>(high * 16 + low);
    }
    if (valid)
      out.setString(row, bytes);
    else
      out.setNull(row);
  });
  return Status();
}

Result<ResolvedCall> resolveToBase64(Arguments args) {
  return resolveCall(args, {{"string", "string", toBase64}, {"bytes", "string", toBase64}});
}
Result<ResolvedCall> resolveFromBase64(Arguments args) {
  return resolveCall(args, {{"string", "string", fromBase64}, {"bytes", "string", fromBase64}});
}
Result<ResolvedCall> resolveUnhex(Arguments args) {
  return resolveCall(args, {{"string", "bytes?", unhex}});
}

// --- Character sets ---

template <bool kEncode>
Status convertCharacters(const KernelCall& call, Column& out) {
  TextArgument input(call, 0), name(call, 1);
  std::string converted;
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    converted.clear();
    TRY(kEncode ? encodeText(input[row], name[row], converted)
                : decodeText(input[row], name[row], converted));
    out.setString(row, converted);
  }
  return Status();
}

Result<ResolvedCall> resolveEncode(Arguments args) {
  return resolveCall(args, {{"string, string", "bytes", convertCharacters<true>}});
}
Result<ResolvedCall> resolveDecode(Arguments args) {
  return resolveCall(args, {{"bytes, string", "string", convertCharacters<false>}});
}

// --- Digests ---

template <Digest kDigest>
Status digestText(const KernelCall& call, Column& out) {
  TextArgument input(call, 0);
  forEachRow(call.rows, [&](uint32_t row) { out.setString(row, hexDigest(kDigest, input[row])); });
  return Status();
}

template <Digest kDigest, int kLength>
Result<ResolvedCall> resolveDigest(Arguments args) {
  ResolvedCall call = TRY(resolveCall(
      args, {{"string", "string", digestText<kDigest>}, {"bytes", "string", digestText<kDigest>}}));
  call.result = Type::character(kLength).withNullable(false);
  return call;
}

Status sha2(const KernelCall& call, Column& out) {
  TextArgument input(call, 0);
  IntegerArgument bits(call, 1);
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    Digest digest;
    switch (bits[row]) {
      case 224:
        digest = Digest::kSha224;
        break;
      case 256:
        digest = Digest::kSha256;
        break;
      case 384:
        digest = Digest::kSha384;
        break;
      case 512:
        digest = Digest::kSha512;
        break;
      default:
        return Error(ErrorKind::kInvalidArgument, "SHA2 has no such length")
            .withHint("Use 224, 256, 384 or 512 bits.");
    }
    out.setString(row, hexDigest(digest, input[row]));
  }
  return Status();
}

Result<ResolvedCall> resolveSha2(Arguments args) {
  ResolvedCall call = TRY(resolveCall(args, {{"string, int", "string", sha2}}));
  call.result = Type::varchar(128).withNullable(false);
  return call;
}

// --- URLs ---

Status urlEncode(const KernelCall& call, Column& out) {
  TextArgument input(call, 0);
  forEachRow(call.rows, [&](uint32_t row) { out.setString(row, encodeUrl(input[row])); });
  return Status();
}

Status urlDecode(const KernelCall& call, Column& out) {
  TextArgument input(call, 0);
  std::string text;
  forEachRow(call.rows, [&](uint32_t row) {
    text.clear();
    if (decodeUrl(input[row], text))
      out.setString(row, text);
    else
      out.setNull(row);
  });
  return Status();
}

Status parseUrl(const KernelCall& call, Column& out) {
  out.retainAllOf(*call.args[0]);
  TextArgument input(call, 0), part(call, 1);
  forEachRow(call.rows, [&](uint32_t row) {
    std::optional<std::string_view> found = urlPart(input.raw(row).view(), part[row]);
    if (found && call.args.size() > 2) {
      bool isQuery = part[row] == "QUERY";
      found = isQuery ? queryParameter(*found, TextArgument(call, 2)[row]) : std::nullopt;
    }
    if (found)
      shareText(out, row, *found);
    else
      out.setNull(row);
  });
  return Status();
}

template <Kernel kernel>
Result<ResolvedCall> resolveUrlText(Arguments args) {
  return resolveCall(args, {{"string", "string?", kernel}});
}
Result<ResolvedCall> resolveParseUrl(Arguments args) {
  return resolveCall(args, {{"string, string, [string", "string?", parseUrl}});
}

// --- UUID ---

class UuidState final : public FunctionState {
 public:
  std::mt19937_64 random;
  bool seeded = false;
};

Result<std::unique_ptr<FunctionState>> prepareUuid(Arguments, const Type&) {
  return std::unique_ptr<FunctionState>(std::make_unique<UuidState>());
}

// Random UUIDs of version 4.
Status makeUuids(const KernelCall& call, Column& out) {
  auto& state = static_cast<UuidState&>(*call.state);
  if (!state.seeded) {
    std::seed_seq seed{static_cast<uint64_t>(call.context.nowMicros), call.context.subtask,
                       static_cast<uint64_t>(reinterpret_cast<uintptr_t>(&state))};
    state.random.seed(seed);
    state.seeded = true;
  }
  forEachRow(call.rows, [&](uint32_t row) {
    uint64_t high = (state.random() & ~uint64_t{0xF000}) | 0x4000;
    uint64_t low = (state.random() >> 2) | uint64_t{1} << 63;
    out.setString(
        row, fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xFFFF,
                         high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFF));
  });
  return Status();
}

Result<ResolvedCall> resolveUuid(Arguments args) {
  if (!args.empty()) return argumentError("no arguments", args);
  return keepTypes(args, Type::character(36).withNullable(false), makeUuids, prepareUuid);
}

ScalarFunction text(std::string name, std::string parameters, std::string doc, std::string example,
                    std::string exampleResult, Resolve resolve) {
  return ScalarFunction{.name = name,
                        .family = "string",
                        .signature = name + "(" + parameters + ")",
                        .doc = std::move(doc),
                        .example = std::move(example),
                        .exampleResult = std::move(exampleResult),
                        .resolve = resolve};
}

void addDigestFunctions(FunctionCatalog& catalog) {
  catalog.add(text("MD5", "string", "The MD5 digest in hexadecimal digits.", "MD5('abc')",
                   "900150983cd24fb0d6963f7d28e17f72", resolveDigest<Digest::kMd5, 32>));
  catalog.add(text("SHA1", "string", "The SHA-1 digest in hexadecimal digits.", "SHA1('abc')",
                   "a9993e364706816aba3e25717850c26c9cd0d89d", resolveDigest<Digest::kSha1, 40>));
  catalog.add(text("SHA224", "string", "The SHA-224 digest in hexadecimal digits.", "SHA224('abc')",
                   "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
                   resolveDigest<Digest::kSha224, 56>));
  catalog.add(text("SHA256", "string", "The SHA-256 digest in hexadecimal digits.", "SHA256('abc')",
                   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                   resolveDigest<Digest::kSha256, 64>));
  catalog.add(text("SHA384", "string", "The SHA-384 digest in hexadecimal digits.",
                   "LEFT(SHA384('abc'), 8)", "cb00753f", resolveDigest<Digest::kSha384, 96>));
  catalog.add(text("SHA512", "string", "The SHA-512 digest in hexadecimal digits.",
                   "LEFT(SHA512('abc'), 8)", "ddaf35a1", resolveDigest<Digest::kSha512, 128>));
  catalog.add(text("SHA2", "string, bits", "The SHA-2 digest of 224, 256, 384 or 512 bits.",
                   "SHA2('abc', 224)", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
                   resolveSha2));
}

}  // namespace

void addEncodingFunctions(FunctionCatalog& catalog) {
  catalog.add(text("TO_BASE64", "string", "The bytes of a text in Base64.",
                   "TO_BASE64('hello world')", "aGVsbG8gd29ybGQ=", resolveToBase64));
  catalog.add(text("FROM_BASE64", "string", "The text of Base64 digits.",
                   "FROM_BASE64('aGVsbG8gd29ybGQ=')", "hello world", resolveFromBase64));
  catalog.add(text("UNHEX", "string", "The bytes of hexadecimal digits, NULL when malformed.",
                   "DECODE(UNHEX('466C696E6B'), 'UTF-8')", "Flink", resolveUnhex));
  catalog.add(text("ENCODE", "string, charset", "The bytes of a text in a character set.",
                   "DECODE(ENCODE('abc', 'UTF-16LE'), 'UTF-16LE')", "abc", resolveEncode));
  catalog.add(text("DECODE", "bytes, charset", "The text of bytes in a character set.",
                   "DECODE(x'616263', 'UTF-8')", "abc", resolveDecode));
  addDigestFunctions(catalog);
  catalog.add(text("URL_ENCODE", "string", "The text in the form of URL parameters.",
                   "URL_ENCODE('a b&c')", "a+b%26c", resolveUrlText<urlEncode>));
  catalog.add(text("URL_DECODE", "string", "The text of a URL parameter, NULL when malformed.",
                   "URL_DECODE('a+b%26c')", "a b&c", resolveUrlText<urlDecode>));
  catalog.add(text("PARSE_URL", "url, part [, key]",
                   "A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or "
                   "USERINFO; with a key that parameter of QUERY.",
                   "PARSE_URL('http://a.b/p?k1=v1&k2=v2', 'QUERY', 'k2')", "v2", resolveParseUrl));
  ScalarFunction uuid =
      text("UUID", "", "A new random UUID.", "CHAR_LENGTH(UUID())", "36", resolveUuid);
  uuid.deterministic = false;
  catalog.add(std::move(uuid));
}

}  // namespace millrace
