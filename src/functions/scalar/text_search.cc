// Finding, replacing and splitting by fixed texts.
#include <cstring>
#include <functional>
#include <limits>

#include "base/place_index.h"
#include "functions/function_catalog.h"
#include "functions/kernels.h"
#include "functions/list_output.h"
#include "functions/regular_expression.h"
#include "functions/signature.h"
#include "functions/text_find.h"
#include "functions/utf8.h"

namespace millrace {

namespace {

// --- Positions, in characters from 1; 0 when there is none ---

int32_t positionFrom(std::string_view wanted, std::string_view text, int64_t start) {
  if (start < 1) start = 1;
  if (wanted.empty()) return 1;
  size_t from = byteOfCharacter(text, static_cast<size_t>(start - 1));
  size_t found = findText(text, wanted, from);
  if (found == kNotFound) return 0;
  return static_cast<int32_t>(countCharacters(text.substr(0, found))) + 1;
}

Status position(const KernelCall& call, Column& out) {
  TextArgument wanted(call, 0), text(call, 1);
  IntegerArgument start(call, call.args.size() - 1);
  bool given = call.args.size() > 2;
  int32_t* to = out.mutableValues<int32_t>();
  forEachRow(call.rows, [&](uint32_t row) {
    to[row] = positionFrom(wanted[row], text[row], given ? start[row] : 1);
  });
  return Status();
}

// Byte position of the n-th occurrence from the byte on, or kNotFound.
size_t findNth(std::string_view text, std::string_view wanted, size_t from, int64_t nth) {
  size_t found = kNotFound;
  for (; nth > 0; --nth) {
    found = findText(text, wanted, from);
    if (found == kNotFound) return found;
    if (found >= text.size()) return nth == 1 ? found : kNotFound;
    from = found + characterBytes(text, found);
  }
  return found;
}

// The n-th occurrence that ends at or before the byte, counted backwards.
size_t findNthBackwards(std::string_view text, std::string_view wanted, size_t end, int64_t nth) {
  size_t found = kNotFound;
  size_t limit = end;
  for (; nth > 0; --nth) {
    if (limit < wanted.size()) return kNotFound;
    found = text.substr(0, limit).rfind(wanted);
    if (found == kNotFound) return found;
    // The next one ends in front of this one's last character.
    limit = found + wanted.size();
    if (limit == 0) return nth == 1 ? found : kNotFound;
    --limit;
    while (limit > 0 && (static_cast<uint8_t>(text[limit]) & 0xC0) == 0x80) --limit;
  }
  return found;
}

int32_t occurrence(std::string_view text, std::string_view wanted, int64_t start, int64_t nth) {
  if (start == 0) return 0;
  size_t found;
  if (start > 0) {
    found = findNth(text, wanted, byteOfCharacter(text, static_cast<size_t>(start - 1)), nth);
  } else {
    auto size = static_cast<int64_t>(countCharacters(text));
    int64_t last = size + start + 1;
    if (last < 0) return 0;
    found = findNthBackwards(text, wanted, byteOfCharacter(text, static_cast<size_t>(last)), nth);
  }
  if (found == kNotFound) return 0;
  return static_cast<int32_t>(countCharacters(text.substr(0, found))) + 1;
}

Status inString(const KernelCall& call, Column& out) {
  TextArgument text(call, 0), wanted(call, 1);
  int32_t* to = out.mutableValues<int32_t>();
  bool bad = false;
  forEachRow(call.rows, [&](uint32_t row) {
    int64_t start = call.args.size() > 2 ? IntegerArgument(call, 2)[row] : 1;
    int64_t nth = call.args.size() > 3 ? IntegerArgument(call, 3)[row] : 1;
    bad = bad || nth <= 0;
    to[row] = nth <= 0 ? 0 : occurrence(text[row], wanted[row], start, nth);
  });
  if (bad) return Error(ErrorKind::kInvalidArgument, "the occurrence of INSTR must be positive");
  return Status();
}

Result<ResolvedCall> resolvePosition(Arguments args) {
  return resolveCall(args, {{"string, string", "int", position}});
}
Result<ResolvedCall> resolveLocate(Arguments args) {
  return resolveCall(args, {{"string, string, [int", "int", position}});
}
Result<ResolvedCall> resolveInstr(Arguments args) {
  return resolveCall(args, {{"string, string, [int, int", "int", inString}});
}

// --- STARTSWITH, ENDSWITH ---

template <bool kEnd>
Status touches(const KernelCall& call, Column& out) {
  mapBinary<StringView, StringView, uint8_t>(
      call, out, [](const StringView& text, const StringView& part) -> uint8_t {
        return (kEnd ? text.view().ends_with(part.view()) : text.view().starts_with(part.view()))
                   ? 1
                   : 0;
      });
  return Status();
}

template <bool kEnd>
Result<ResolvedCall> resolveTouches(Arguments args) {
  return resolveCall(args, {{"string, string", "boolean", touches<kEnd>},
                            {"bytes, bytes", "boolean", touches<kEnd>}});
}

// --- REPLACE ---

// Where Java cuts texts into UTF-16 units, a character beyond U+FFFF falls into two halves, each
// of which is written as a question mark.
size_t numUnits(size_t characterBytes) { return characterBytes == 4 ? 2 : 1; }
std::string_view unitText(std::string_view character) {
  return character.size() == 4 ? "?" : character;
}

void replaceAll(std::string_view text, std::string_view wanted, std::string_view replacement,
                std::string& out) {
  out.clear();
  size_t at = 0;
  if (wanted.empty()) {
    // Between all characters, in front and behind.
    while (at < text.size()) {
      size_t bytes = characterBytes(text, at);
      for (size_t i = 0; i < numUnits(bytes); ++i) {
        out += replacement;
        out += unitText(text.substr(at, bytes));
      }
      at += bytes;
    }
    out += replacement;
    return;
  }
  for (size_t found; (found = findText(text, wanted, at)) != kNotFound;
       at = found + wanted.size()) {
    out += text.substr(at, found - at);
    out += replacement;
  }
  out += text.substr(at);
}

// Drops every byte that equals `wanted` (an ASCII character).
void dropByte(Column& out, uint32_t row, std::string_view text, std::string_view wanted) {
  char shortRoom[StringView::kInlineBytes];
  bool isShort = text.size() <= StringView::kInlineBytes;
  char* room = isShort ? shortRoom : out.allocateString(text.size());
  size_t kept = 0;
  for (size_t at = 0; at <= text.size();) {
    size_t end = std::min(findText(text, wanted, at), text.size());
    std::memcpy(room + kept, text.data() + at, end - at);
    kept += end - at;
    at = end + 1;
  }
  shareText(out, row, {room, kept});
}

Status replaceText(const KernelCall& call, Column& out) {
  out.retainAllOf(*call.args[0]);
  TextArgument text(call, 0), wanted(call, 1), replacement(call, 2);
  std::string result;
  forEachRow(call.rows, [&](uint32_t row) {
    std::string_view whole = text.raw(row).view();
    std::string_view target = wanted.raw(row).view();
    bool absent = !target.empty() && findText(whole, target, 0) == kNotFound;
    if (absent) return shareText(out, row, whole);
    if (target.size() == 1 && replacement.raw(row).size() == 0) {
      return dropByte(out, row, whole, target);
    }
    replaceAll(whole, target, replacement[row], result);
    out.setString(row, result);
  });
  return Status();
}

Result<ResolvedCall> resolveReplace(Arguments args) {
  return resolveCall(args, {{"string, string, string", "string", replaceText}});
}

// --- Splitting ---

bool isBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F); }

// Bytes up to the next separator; sets `skip` to the bytes of that separator, 0 at the end.
size_t nextSeparator(std::string_view text, std::string_view separator, size_t& skip) {
  size_t found = kNotFound;
  if (separator.size() == 1) {
    const void* at = text.empty() ? nullptr : std::memchr(text.data(), separator[0], text.size());
    if (at != nullptr) found = static_cast<size_t>(static_cast<const char*>(at) - text.data());
  } else if (separator.empty()) {
    // Without a separator any blank separates.
    for (size_t i = 0; i < text.size() && found == kNotFound; ++i) {
      if (isBlank(text[i])) found = i;
    }
  } else {
    found = findText(text, separator, 0);
  }
  if (found == kNotFound) {
    skip = 0;
    return text.size();
  }
  skip = std::max<size_t>(separator.size(), 1);
  return found;
}

// The part with the index; false when there is none.
bool partAt(std::string_view text, std::string_view separator, int64_t index,
            std::string_view& part) {
  if (index < 0 || text.empty()) return false;
  if (separator.size() == 1) {
    if (index > 0) {
      size_t before = findNthByte(text, separator[0], static_cast<size_t>(index));
      if (before == kNotFound) return false;
      text.remove_prefix(before + 1);
    }
    part = text.substr(0, findNthByte(text, separator[0], 1));
    return true;
  }
  for (;;) {
    size_t skip;
    size_t size = nextSeparator(text, separator, skip);
    if (index == 0) {
      part = text.substr(0, size);
      return true;
    }
    if (skip == 0) return false;
    text.remove_prefix(size + skip);
    --index;
  }
}

Status splitIndex(const KernelCall& call, Column& out) {
  out.retainAllOf(*call.args[0]);
  TextArgument text(call, 0), separator(call, 1);
  IntegerArgument index(call, 2);
  forEachRow(call.rows, [&](uint32_t row) {
    std::string_view part;
    bool found = partAt(text.raw(row).view(), separator.raw(row).view(), index[row], part);
    if (found)
      shareText(out, row, part);
    else
      out.setNull(row);
  });
  return Status();
}

// The separator is given as the code of a character.
Status splitIndexByCode(const KernelCall& call, Column& out) {
  out.retainAllOf(*call.args[0]);
  TextArgument text(call, 0);
  IntegerArgument code(call, 1), index(call, 2);
  std::string separator;
  forEachRow(call.rows, [&](uint32_t row) {
    std::string_view part;
    bool found = code[row] >= 1 && code[row] <= 255;
    separator.clear();
    if (found) appendCodePoint(static_cast<uint32_t>(code[row]), separator);
    if (found && partAt(text.raw(row).view(), separator, index[row], part)) {
      shareText(out, row, part);
    } else {
      out.setNull(row);
    }
  });
  return Status();
}

Result<ResolvedCall> resolveSplitIndex(Arguments args) {
  return resolveCall(args, {{"string, string, int", "string?", splitIndex},
                            {"string, int, int", "string?", splitIndexByCode}});
}

Status splitText(const KernelCall& call, Column& out) {
  TextArgument text(call, 0), separator(call, 1);
  ListOutput lists(out);
  forEachRow(call.rows, [&](uint32_t row) {
    std::string_view rest = text[row], by = separator[row];
    lists.begin(row);
    while (by.empty() && !rest.empty()) {
      size_t bytes = characterBytes(rest, 0);
      for (size_t i = 0; i < numUnits(bytes); ++i) {
        lists.child(0).appendString(unitText(rest.substr(0, bytes)));
      }
      rest.remove_prefix(bytes);
    }
    for (bool more = !rest.empty(); more;) {
      size_t skip;
      size_t size = nextSeparator(rest, by, skip);
      lists.child(0).appendString(rest.substr(0, size));
      rest.remove_prefix(size + skip);
      more = skip > 0;
    }
    lists.end();
  });
  lists.finish();
  return Status();
}

Result<ResolvedCall> resolveSplit(Arguments args) {
  return resolveCall(args, {{"string, string", "array<string>", splitText}});
}

// --- STR_TO_MAP: the delimiters are regular expressions ---

class DelimiterState final : public FunctionState {
 public:
  RegexCache pairs, values;
};

Result<std::unique_ptr<FunctionState>> prepareDelimiters(Arguments, const Type&) {
  return std::unique_ptr<FunctionState>(std::make_unique<DelimiterState>());
}

// Key and value positions of a later pair with the same key replace the earlier one.
struct Entry {
  std::string_view key;
  std::string_view value;
  bool hasValue = false;
};

void putEntry(std::vector<Entry>& entries, PlaceIndex& index, Entry entry) {
  auto hashOf = [](const Entry& each) { return std::hash<std::string_view>()(each.key); };
  auto sameKey = [](const Entry& a, const Entry& b) { return a.key == b.key; };
  size_t place = index.find(entries, entry, hashOf, sameKey);
  if (place < entries.size())
    entries[place] = entry;
  else
    entries.push_back(entry);
}

Status parsePairs(std::string_view text, const Regex& pairs, const Regex& values,
                  std::vector<Entry>& entries) {
  PlaceIndex index;
  for (std::string_view pair : TRY(splitByRegex(text, pairs, 0))) {
    std::vector<std::string_view> parts = TRY(splitByRegex(pair, values, 2));
    if (parts.size() < 2) {
      putEntry(entries, index, {pair, {}, false});
    } else {
      putEntry(entries, index, {parts[0], parts[1], true});
    }
  }
  return Status();
}

Status textToMap(const KernelCall& call, Column& out) {
  TextArgument text(call, 0);
  auto& state = static_cast<DelimiterState&>(*call.state);
  ListOutput maps(out);
  std::vector<Entry> entries;
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    bool given = call.args.size() > 1;
    const Regex* pairs = TRY(state.pairs.get(given ? TextArgument(call, 1)[row] : ","));
    const Regex* values = TRY(state.values.get(given ? TextArgument(call, 2)[row] : "="));
    entries.clear();
    if (!text[row].empty()) TRY(parsePairs(text[row], *pairs, *values, entries));
    maps.begin(row);
    for (const Entry& entry : entries) {
      maps.child(0).appendString(entry.key);
      if (entry.hasValue)
        maps.child(1).appendString(entry.value);
      else
        maps.child(1).appendNull();
    }
    maps.end();
  }
  maps.finish();
  return Status();
}

Result<ResolvedCall> resolveStrToMap(Arguments args) {
  return resolveCall(args,
                     {{"string", "map<string>?", textToMap, prepareDelimiters},
                      {"string, string, string", "map<string>?", textToMap, prepareDelimiters}});
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

}  // namespace

void addTextSearchFunctions(FunctionCatalog& catalog) {
  catalog.add(text("POSITION", "wanted, string",
                   "Position of the first occurrence (from 1), 0 when there is none. SQL spells it "
                   "POSITION(wanted IN string).",
                   "POSITION('l' IN 'hello')", "3", resolvePosition));
  catalog.add(text("LOCATE", "wanted, string [, start]",
                   "Position of the first occurrence from the start position on, 0 for none.",
                   "LOCATE('l', 'hello', 4)", "4", resolveLocate));
  catalog.add(text("INSTR", "string, wanted [, start [, nth]]",
                   "Position of the n-th occurrence from the start position on; a negative start "
                   "searches backwards from the end.",
                   "INSTR('helloworld', 'o', 1, 2)", "7", resolveInstr));
  catalog.add(text("STARTSWITH", "string, part", "TRUE when the text begins with the part.",
                   "STARTSWITH('abc', 'a')", "true", resolveTouches<false>));
  catalog.add(text("ENDSWITH", "string, part", "TRUE when the text ends with the part.",
                   "ENDSWITH('abc', 'bc')", "true", resolveTouches<true>));
  catalog.add(text("REPLACE", "string, wanted, replacement",
                   "The text with every occurrence replaced, from the left.",
                   "REPLACE('hello world', 'world', 'flink')", "hello flink", resolveReplace));
  catalog.add(text("SPLIT_INDEX", "string, separator, index",
                   "The part with the index (from 0) of the text cut at the separator, NULL when "
                   "there is none. The separator may be the code of a character.",
                   "SPLIT_INDEX('a,b,c', ',', 1)", "b", resolveSplitIndex));
  catalog.add(text("SPLIT", "string, separator",
                   "All parts of the text cut at the separator; its characters when the separator "
                   "is empty.",
                   "SPLIT('a,b', ',')", "[\"a\",\"b\"]", resolveSplit));
  catalog.add(text("STR_TO_MAP", "string [, pairDelimiter, valueDelimiter]",
                   "A map from texts like 'k1=v1,k2=v2'. The delimiters are regular expressions.",
                   "STR_TO_MAP('a=1,b=2')", "[[\"a\",\"1\"],[\"b\",\"2\"]]", resolveStrToMap));
}

}  // namespace millrace
