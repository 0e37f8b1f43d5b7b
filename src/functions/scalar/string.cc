// Case, length, pieces, trimming, joining and padding of texts. Positions count characters from 1.
#include <cstring>

#include "functions/function_catalog.h"
#include "functions/kernels.h"
#include "functions/signature.h"
#include "functions/text_case.h"
#include "functions/utf8.h"

namespace millrace {

namespace {

// --- UPPER, LOWER, INITCAP ---

using WordCase = uint64_t (*)(uint64_t);
using TextCase = std::string (*)(std::string_view);

template <WordCase word>
void changeAscii(const char* from, size_t size, char* to) {
  size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    uint64_t bytes;
    std::memcpy(&bytes, from + i, 8);
    bytes = word(bytes);
    std::memcpy(to + i, &bytes, 8);
  }
  uint64_t rest = 0;
  std::memcpy(&rest, from + i, size - i);
  rest = word(rest);
  std::memcpy(to + i, &rest, size - i);
}

template <WordCase word, TextCase text>
Status changeCase(const KernelCall& call, Column& out) {
  TextArgument input(call, 0);
  StringView* to = out.mutableValues<StringView>();
  forEachRow(call.rows, [&](uint32_t row) {
    const StringView& view = input.raw(row);
    std::string_view from = view.view();
    if (view.isInline()) {
      // The twelve inline bytes at once; those behind the end are zero and stay so.
      uint64_t low;
      uint32_t high;
      std::memcpy(&low, view.data(), 8);
      std::memcpy(&high, view.data() + 8, 4);
      if (((low | high) & 0x8080808080808080ull) == 0) {
        to[row] = inlineView(view.size(), word(low), static_cast<uint32_t>(word(high)));
        return;
      }
    }
    if (!isAscii(from)) {
      out.setString(row, text(from));
    } else {
      char* room = out.allocateString(from.size());
      changeAscii<word>(from.data(), from.size(), room);
      to[row] = StringView(room, static_cast<uint32_t>(from.size()));
    }
  });
  return Status();
}

Status capitalize(const KernelCall& call, Column& out) {
  TextArgument input(call, 0);
  forEachRow(call.rows, [&](uint32_t row) { out.setString(row, capitalizeText(input[row])); });
  return Status();
}

template <Kernel kernel>
Result<ResolvedCall> resolveSameText(Arguments args) {
  return resolveCall(args, {{"string", "same", kernel}});
}

// --- Lengths ---

Status characterLength(const KernelCall& call, Column& out) {
  mapUnary<StringView, int32_t>(call, out, [](const StringView& text) {
    return static_cast<int32_t>(countCharacters(text.view()));
  });
  return Status();
}

Status firstByte(const KernelCall& call, Column& out) {
  mapUnary<StringView, int32_t>(call, out, [](const StringView& text) -> int32_t {
    return text.size() == 0 ? 0 : static_cast<signed char>(text.data()[0]);
  });
  return Status();
}

template <Kernel kernel>
Result<ResolvedCall> resolveLength(Arguments args) {
  return resolveCall(args, {{"string", "int", kernel}, {"bytes", "int", kernel}});
}

// --- Pieces ---

// `count` characters from character `start` on (0-based), sharing the bytes.
std::string_view piece(std::string_view text, size_t start, size_t count) {
  size_t from = byteOfCharacter(text, start);
  std::string_view rest = text.substr(from);
  return rest.substr(0, byteOfCharacter(rest, count));
}

// Flink's SUBSTRING: a negative start counts from the end; 0 is like 1.
std::string_view substringOf(std::string_view text, int64_t start, int64_t length) {
  if (start > 0) return piece(text, static_cast<size_t>(start - 1), static_cast<size_t>(length));
  if (start == 0) return piece(text, 0, static_cast<size_t>(length));
  auto size = static_cast<int64_t>(countCharacters(text));
  if (size + start < 0) return {};
  return piece(text, static_cast<size_t>(size + start), static_cast<size_t>(length));
}

Status substring(const KernelCall& call, Column& out) {
  out.retainAllOf(*call.args[0]);
  TextArgument text(call, 0);
  IntegerArgument start(call, 1);
  if (call.args.size() == 2) {
    forEachRow(call.rows, [&](uint32_t row) {
      shareText(out, row, substringOf(text[row], start[row], INT32_MAX));
    });
    return Status();
  }
  IntegerArgument length(call, 2);
  forEachRow(call.rows, [&](uint32_t row) {
    int64_t wanted = length[row];
    if (wanted < 0)
      out.setNull(row);
    else
      shareText(out, row, substringOf(text[row], start[row], wanted));
  });
  return Status();
}

Result<ResolvedCall> resolveSubstring(Arguments args) {
  return resolveCall(args, {{"string, int, [int", "varchar?", substring}});
}

Status leftText(const KernelCall& call, Column& out) {
  out.retainAllOf(*call.args[0]);
  TextArgument text(call, 0);
  IntegerArgument length(call, 1);
  forEachRow(call.rows, [&](uint32_t row) {
    int64_t wanted = std::max<int64_t>(length[row], 0);
    shareText(out, row, piece(text[row], 0, static_cast<size_t>(wanted)));
  });
  return Status();
}

Status rightText(const KernelCall& call, Column& out) {
  out.retainAllOf(*call.args[0]);
  TextArgument text(call, 0);
  IntegerArgument length(call, 1);
  forEachRow(call.rows, [&](uint32_t row) {
    std::string_view whole = text[row];
    auto size = static_cast<int64_t>(countCharacters(whole));
    int64_t wanted = std::min(std::max<int64_t>(length[row], 0), size);
    shareText(out, row, whole.substr(byteOfCharacter(whole, static_cast<size_t>(size - wanted))));
  });
  return Status();
}

template <Kernel kernel>
Result<ResolvedCall> resolveSide(Arguments args) {
  return resolveCall(args, {{"string, int", "varchar?", kernel}});
}

// --- Trimming ---

bool isOneOf(std::string_view characters, std::string_view character) {
  return characters.find(character) != std::string_view::npos;
}

std::string_view trimStart(std::string_view text, std::string_view characters) {
  while (!text.empty()) {
    size_t bytes = characterBytes(text, 0);
    if (!isOneOf(characters, text.substr(0, bytes))) break;
    text.remove_prefix(bytes);
  }
  return text;
}

std::string_view trimEnd(std::string_view text, std::string_view characters) {
  while (!text.empty()) {
    size_t at = text.size() - 1;
    while (at > 0 && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80) --at;
    if (!isOneOf(characters, text.substr(at))) break;
    text = text.substr(0, at);
  }
  return text;
}

// Without characters blanks are trimmed. Which arguments they are is told apart by the layout:
// (text [, characters]), or TRIM's (flag, characters, text).
template <bool kStart, bool kEnd>
Status trim(const KernelCall& call, Column& out) {
  bool flagged = call.args.size() == 3;
  size_t textIndex = flagged ? 2 : 0;
  out.retainAllOf(*call.args[textIndex]);
  TextArgument text(call, textIndex), characters(call, call.args.size() > 1 ? 1 : 0);
  bool given = call.args.size() > 1;
  forEachRow(call.rows, [&](uint32_t row) {
    std::string_view set = given ? characters[row] : std::string_view(" ");
    std::string_view trimmed = text.raw(row).view();
    if (kStart) trimmed = trimStart(trimmed, set);
    if (kEnd) trimmed = trimEnd(trimmed, set);
    shareText(out, row, trimmed);
  });
  return Status();
}

template <bool kStart, bool kEnd>
Result<ResolvedCall> resolveSideTrim(Arguments args) {
  return resolveCall(args, {{"string, [string", "varchar", trim<kStart, kEnd>}});
}
Result<ResolvedCall> resolveBtrim(Arguments args) {
  return resolveCall(args, {{"string, [string", "string", trim<true, true>}});
}

// TRIM(flag, characters, text), as the parser writes it, or like BTRIM.
Result<ResolvedCall> resolveTrim(Arguments args) {
  if (args.size() < 3) return resolveSideTrim<true, true>(args);
  ResolvedCall call = TRY(resolveCall(args, {{"string, string, string", "string", nullptr}}));
  const std::string flag = args[0].literal == nullptr ? "" : args[0].literal->text();
  call.kernel = trim<true, true>;
  if (flag == "LEADING") call.kernel = trim<true, false>;
  if (flag == "TRAILING") call.kernel = trim<false, true>;
  int length = args[2].type.isCharacter() ? args[2].type.length() : kMaxStringLength;
  call.result = Type::varchar(length).withNullable(false);
  return call;
}

// --- Joining ---

Status concatenate(const KernelCall& call, Column& out) {
  std::vector<TextArgument> parts;
  for (size_t i = 0; i < call.args.size(); ++i) parts.emplace_back(call, i);
  forEachRow(call.rows, [&](uint32_t row) {
    size_t size = 0;
    for (const TextArgument& part : parts) size += part.raw(row).size();
    char shortRoom[StringView::kInlineBytes];
    char* room = size <= StringView::kInlineBytes ? shortRoom : out.allocateString(size);
    char* at = room;
    for (const TextArgument& part : parts) {
      std::string_view text = part[row];
      std::memcpy(at, text.data(), text.size());
      at += text.size();
    }
    shareText(out, row, {room, size});
  });
  return Status();
}

Result<ResolvedCall> resolveConcat(Arguments args) {
  return resolveCall(args, {{"string...", "string", concatenate}});
}

// The result of || is as long as both texts together.
Result<ResolvedCall> resolveConcatOperator(Arguments args) {
  ResolvedCall call = TRY(resolveCall(
      args, {{"string, string", "string", concatenate}, {"bytes, bytes", "bytes", concatenate}}));
  if (!args[0].type.isCharacter() || !args[1].type.isCharacter()) return call;
  int64_t length = int64_t{args[0].type.length()} + args[1].type.length();
  int bounded = static_cast<int>(std::min<int64_t>(length, kMaxStringLength));
  bool fixed = args[0].type.kind() == TypeKind::kChar && args[1].type.kind() == TypeKind::kChar;
  Type type = fixed ? Type::character(bounded) : Type::varchar(bounded);
  call.result = type.withNullable(false);
  return call;
}

Status concatenateWith(const KernelCall& call, Column& out) {
  TextArgument separator(call, 0);
  std::vector<TextArgument> parts;
  for (size_t i = 1; i < call.args.size(); ++i) parts.emplace_back(call, i);
  std::string joined;
  forEachRow(call.rows, [&](uint32_t row) {
    if (call.args[0]->isNull(row)) return out.setNull(row);
    joined.clear();
    bool first = true;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (call.args[i + 1]->isNull(row)) continue;
      if (!first) joined += separator[row];
      joined += parts[i][row];
      first = false;
    }
    out.setString(row, joined);
  });
  return Status();
}

Result<ResolvedCall> resolveConcatWith(Arguments args) {
  ResolvedCall call = TRY(resolveCall(args, {{"string, string...", "string", concatenateWith}}));
  call.result = call.result.withNullable(anyNullable(args));
  return call;
}

// --- Padding and repeating ---

// What one value may become, so that a typo does not exhaust the memory.
constexpr size_t kMaxResultBytes = size_t{256} << 20;

// Lengths as Flink counts them here: in UTF-16, where characters beyond U+FFFF have two units.
size_t unitsOfCharacter(std::string_view text, size_t at) {
  return static_cast<uint8_t>(text[at]) >= 0xF0 ? 2 : 1;
}

size_t countUnits(std::string_view text) {
  size_t units = countCharacters(text);
  for (char c : text) units += static_cast<uint8_t>(c) >= 0xF0 ? 1 : 0;
  return units;
}

// Appends the first `units` units; half a character becomes '?', as in Java.
void appendUnits(std::string_view text, size_t units, std::string& out) {
  for (size_t at = 0; at < text.size() && units > 0;) {
    size_t width = unitsOfCharacter(text, at);
    if (width > units) {
      out += '?';
      return;
    }
    size_t bytes = characterBytes(text, at);
    out += text.substr(at, bytes);
    at += bytes;
    units -= width;
  }
}

// The first `count` units of an endless repetition of `pad`.
void appendPadding(std::string_view pad, size_t count, std::string& out) {
  size_t units = countUnits(pad);
  for (; count >= units; count -= units) out += pad;
  appendUnits(pad, count, out);
}

template <bool kLeft>
Status padText(const KernelCall& call, Column& out) {
  TextArgument text(call, 0), pad(call, 2);
  IntegerArgument length(call, 1);
  std::string padded;
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    int64_t wanted = length[row];
    std::string_view base = text[row], filler = pad[row];
    if (wanted < 0 || filler.empty()) {
      out.setNull(row);
      continue;
    }
    auto size = static_cast<size_t>(wanted);
    if (size > kMaxResultBytes) {
      return Error(ErrorKind::kInvalidArgument,
                   "the result of LPAD or RPAD is longer than 256 MiB");
    }
    size_t units = std::min(countUnits(base), size);
    padded.clear();
    if (!kLeft) appendUnits(base, units, padded);
    appendPadding(filler, size - units, padded);
    if (kLeft) appendUnits(base, units, padded);
    out.setString(row, padded);
  }
  return Status();
}

template <bool kLeft>
Result<ResolvedCall> resolvePad(Arguments args) {
  return resolveCall(args, {{"string, int, string", "string?", padText<kLeft>}});
}

Status repeatText(const KernelCall& call, Column& out) {
  TextArgument text(call, 0);
  IntegerArgument count(call, 1);
  bool tooLong = false;
  forEachRow(call.rows, [&](uint32_t row) {
    std::string_view unit = text[row];
    int64_t times = unit.empty() ? 0 : std::max<int64_t>(count[row], 0);
    size_t size = unit.size() * static_cast<size_t>(times);
    if (size > kMaxResultBytes || tooLong) {
      tooLong = true;
      return;
    }
    char shortRoom[StringView::kInlineBytes];
    char* room = size <= StringView::kInlineBytes ? shortRoom : out.allocateString(size);
    for (char* at = room; at < room + size; at += unit.size()) {
      std::memcpy(at, unit.data(), unit.size());
    }
    shareText(out, row, {room, size});
  });
  if (tooLong) {
    return Error(ErrorKind::kInvalidArgument, "the result of REPEAT is longer than 256 MiB");
  }
  return Status();
}

Result<ResolvedCall> resolveRepeat(Arguments args) {
  return resolveCall(args, {{"string, int", "string", repeatText}});
}

Status reverseText(const KernelCall& call, Column& out) {
  TextArgument text(call, 0);
  std::string reversed;
  forEachRow(call.rows, [&](uint32_t row) {
    std::string_view from = text[row];
    reversed.resize(from.size());
    size_t end = from.size();
    for (size_t at = 0; at < from.size();) {
      size_t bytes = characterBytes(from, at);
      end -= bytes;
      std::memcpy(reversed.data() + end, from.data() + at, bytes);
      at += bytes;
    }
    out.setString(row, reversed);
  });
  return Status();
}

Result<ResolvedCall> resolveReverse(Arguments args) {
  return resolveCall(args, {{"string", "string?", reverseText}});
}

// Characters `start` to start + length - 1 become the other text; a start outside changes nothing.
Status overlayText(const KernelCall& call, Column& out) {
  TextArgument text(call, 0), other(call, 1);
  IntegerArgument start(call, 2), length(call, call.args.size() - 1);
  bool given = call.args.size() > 3;
  std::string result;
  forEachRow(call.rows, [&](uint32_t row) {
    std::string_view whole = text[row], middle = other[row];
    auto size = static_cast<int64_t>(countCharacters(whole));
    int64_t from = start[row];
    if (from <= 0 || from > size) return out.setString(row, whole);
    int64_t cut = given ? length[row] : static_cast<int64_t>(countCharacters(middle));
    result = piece(whole, 0, static_cast<size_t>(from - 1));
    result += middle;
    if (cut > 0 && from + cut <= size) {
      result += whole.substr(byteOfCharacter(whole, static_cast<size_t>(from - 1 + cut)));
    }
    out.setString(row, result);
  });
  return Status();
}

Result<ResolvedCall> resolveOverlay(Arguments args) {
  ResolvedCall call =
      TRY(resolveCall(args, {{"string, string, int, [int", "string", overlayText}}));
  if (!args[0].type.isCharacter() || !args[1].type.isCharacter()) return call;
  int64_t length = int64_t{args[0].type.length()} + args[1].type.length();
  call.result = Type::varchar(static_cast<int>(std::min<int64_t>(length, kMaxStringLength)))
                    .withNullable(false);
  return call;
}

Status characterOf(const KernelCall& call, Column& out) {
  IntegerArgument code(call, 0);
  std::string text;
  forEachRow(call.rows, [&](uint32_t row) {
    text.clear();
    if (code[row] >= 0) appendCodePoint(static_cast<uint32_t>(code[row] & 0xFF), text);
    out.setString(row, text);
  });
  return Status();
}

Result<ResolvedCall> resolveChr(Arguments args) {
  return resolveCall(args, {{"integer", "string?", characterOf}});
}

Status chooseText(const KernelCall& call, Column& out) {
  IntegerArgument index(call, 0);
  for (size_t i = 1; i < call.args.size(); ++i) out.retainAllOf(*call.args[i]);
  forEachRow(call.rows, [&](uint32_t row) {
    int64_t wanted = call.args[0]->isNull(row) ? 0 : index[row];
    bool inside = wanted >= 1 && static_cast<size_t>(wanted) < call.args.size();
    if (!inside || call.args[static_cast<size_t>(wanted)]->isNull(row)) return out.setNull(row);
    shareText(out, row, TextArgument(call, static_cast<size_t>(wanted))[row]);
  });
  return Status();
}

Result<ResolvedCall> resolveElt(Arguments args) {
  ResolvedCall call = TRY(resolveCall(args, {{"integer, string...", "string?", chooseText},
                                             {"integer, bytes...", "bytes?", chooseText}}));
  call.result = TRY(commonType(args.subspan(1))).withNullable(true);
  return call;
}

Status translateText(const KernelCall& call, Column& out) {
  TextArgument text(call, 0), from(call, 1), to(call, 2);
  std::string result;
  out.retainAllOf(*call.args[0]);
  forEachRow(call.rows, [&](uint32_t row) {
    if (call.args[0]->isNull(row)) return out.setNull(row);
    if (call.args[1]->isNull(row)) return shareText(out, row, text.raw(row).view());
    std::string_view whole = text[row], source = from[row];
    std::string_view target = call.args[2]->isNull(row) ? std::string_view() : to[row];
    result.clear();
    for (size_t at = 0; at < whole.size();) {
      size_t bytes = characterBytes(whole, at);
      std::string_view character = whole.substr(at, bytes);
      at += bytes;
      size_t found = source.find(character);
      if (found == std::string_view::npos) {
        result += character;
      } else {
        result += piece(target, countCharacters(source.substr(0, found)), 1);
      }
    }
    out.setString(row, result);
  });
  return Status();
}

Result<ResolvedCall> resolveTranslate(Arguments args) {
  ResolvedCall call = TRY(resolveCall(args, {{"string, string, string", "string", translateText}}));
  call.result = call.result.withNullable(args[0].type.nullable());
  return call;
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

ScalarFunction withAliases(ScalarFunction function, std::vector<std::string> aliases) {
  function.aliases = std::move(aliases);
  return function;
}

void addJoiningFunctions(FunctionCatalog& catalog) {
  catalog.add(text("CONCAT", "string1, string2, ...",
                   "The texts one behind the other; NULL when one is NULL.",
                   "CONCAT('AA', 'BB', 'CC')", "AABBCC", resolveConcat));
  ScalarFunction concat = text("||", "", "The two texts one behind the other.", "'ab' || 'cd'",
                               "abcd", resolveConcatOperator);
  concat.signature = "string1 || string2";
  catalog.add(std::move(concat));
  ScalarFunction concatWith = text(
      "CONCAT_WS", "separator, string1, ...",
      "The texts that are not NULL with the separator between them; NULL without a separator.",
      "CONCAT_WS('~', 'AA', CAST(NULL AS STRING), 'BB', '', 'CC')", "AA~BB~~CC", resolveConcatWith);
  concatWith.nulls = NullRule::kHandles;
  catalog.add(std::move(concatWith));
  catalog.add(text("LPAD", "string, length, pad",
                   "The text padded in front, or cut, to the length in characters; NULL for a "
                   "negative length or an empty pad.",
                   "LPAD('hi', 4, '*')", "**hi", resolvePad<true>));
  catalog.add(text("RPAD", "string, length, pad",
                   "The text padded behind, or cut, to the length in characters.",
                   "RPAD('hi', 4, '*')", "hi**", resolvePad<false>));
  catalog.add(text("REPEAT", "string, count", "The text as many times as wanted.",
                   "REPEAT('This is a test String.', 2)",
                   "This is a test String.This is a test String.", resolveRepeat));
  catalog.add(text("REVERSE", "string", "The characters in opposite order.", "REVERSE('abc')",
                   "cba", resolveReverse));
  catalog.add(text("OVERLAY", "string, replacement, start [, length]",
                   "Replaces characters from a position on. SQL spells it OVERLAY(string PLACING "
                   "replacement FROM start FOR length).",
                   "OVERLAY('xxxxxtest' PLACING 'xxxx' FROM 6)", "xxxxxxxxx", resolveOverlay));
  ScalarFunction elt = text("ELT", "index, value1, value2, ...",
                            "The value at the index (from 1), NULL when there is none.",
                            "ELT(2, 'a', 'b')", "b", resolveElt);
  elt.nulls = NullRule::kHandles;
  catalog.add(std::move(elt));
  ScalarFunction translate =
      text("TRANSLATE", "string, from, to",
           "Replaces each character of `from` by the one at its place in `to`, or drops it when "
           "`to` is shorter. A `from` that is NULL replaces nothing.",
           "TRANSLATE('hello', 'el', 'ip')", "hippo", resolveTranslate);
  translate.aliases = {"TRANSLATE3"};
  translate.nulls = NullRule::kHandles;
  catalog.add(std::move(translate));
}

void addTrimFunctions(FunctionCatalog& catalog) {
  catalog.add(text("TRIM", "[{BOTH | LEADING | TRAILING}] [characters] [FROM] string",
                   "Removes blanks, or any of the characters, at both ends or one.", "TRIM('  a ')",
                   "a", resolveTrim));
  catalog.add(text("LTRIM", "string [, characters]",
                   "Removes blanks, or any of the characters, in front.", "LTRIM('  a')", "a",
                   resolveSideTrim<true, false>));
  catalog.add(text("RTRIM", "string [, characters]",
                   "Removes blanks, or any of the characters, at the end.", "RTRIM('a  ')", "a",
                   resolveSideTrim<false, true>));
  catalog.add(text("BTRIM", "string [, characters]",
                   "Removes blanks, or any of the characters, at both ends.", "BTRIM('xyax', 'xy')",
                   "a", resolveBtrim));
}

}  // namespace

void addStringFunctions(FunctionCatalog& catalog) {
  catalog.add(text("UPPER", "string", "The text in upper case.", "UPPER('abc')", "ABC",
                   resolveSameText<changeCase<upperWord, upperText>>));
  catalog.add(text("LOWER", "string", "The text in lower case.", "LOWER('ABC')", "abc",
                   resolveSameText<changeCase<lowerWord, lowerText>>));
  catalog.add(text("INITCAP", "string",
                   "Each word (letters and digits) with an upper-case start, the rest lower-case.",
                   "INITCAP('hello wORLD')", "Hello World", resolveSameText<capitalize>));
  catalog.add(withAliases(text("CHAR_LENGTH", "string", "Number of characters of a text.",
                               "CHAR_LENGTH('añb')", "3", resolveLength<characterLength>),
                          {"CHARACTER_LENGTH"}));
  catalog.add(text("ASCII", "string",
                   "The first byte of the text as a number (bytes above 127 are negative), 0 for "
                   "the empty text.",
                   "ASCII('abc')", "97", resolveLength<firstByte>));
  catalog.add(text("CHR", "integer", "The character with the code, modulo 256.", "CHR(97)", "a",
                   resolveChr));
  catalog.add(withAliases(
      text("SUBSTRING", "string, start [, length]",
           "Characters from a position on; a negative start counts from the end. SQL also spells "
           "it SUBSTRING(string FROM start FOR length).",
           "SUBSTRING('hello', 2, 3)", "ell", resolveSubstring),
      {"SUBSTR"}));
  catalog.add(text("LEFT", "string, length", "The first characters.", "LEFT('hello', 2)", "he",
                   resolveSide<leftText>));
  catalog.add(text("RIGHT", "string, length", "The last characters.", "RIGHT('hello', 2)", "lo",
                   resolveSide<rightText>));
  addTrimFunctions(catalog);
  addJoiningFunctions(catalog);
}

}  // namespace millrace
