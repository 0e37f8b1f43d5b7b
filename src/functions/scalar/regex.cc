// Regular expressions. A malformed pattern gives NULL (REGEXP: FALSE), as in Flink.
#include "functions/function_catalog.h"
#include "functions/kernels.h"
#include "functions/list_output.h"
#include "functions/regular_expression.h"
#include "functions/signature.h"
#include "functions/utf8.h"

namespace millrace {

namespace {

class PatternState final : public FunctionState {
 public:
  // nullptr for a malformed pattern; an error only for what we do not support.
  Result<const Regex*> get(std::string_view pattern) {
    if (pattern == malformed_ && !malformed_.empty()) return static_cast<const Regex*>(nullptr);
    Result<const Regex*> regex = cache_.get(pattern);
    if (regex.ok()) return regex;
    if (regex.error().kind() == ErrorKind::kUnsupported) return regex;
    malformed_ = pattern;
    return static_cast<const Regex*>(nullptr);
  }
  RegexMatch match;

 private:
  RegexCache cache_;
  std::string malformed_;
};

Result<std::unique_ptr<FunctionState>> preparePattern(Arguments, const Type&) {
  return std::unique_ptr<FunctionState>(std::make_unique<PatternState>());
}

// Calls work(row, text, regex) -> Status for every row; regex is nullptr when malformed.
template <typename Work>
Status forEachText(const KernelCall& call, Work work) {
  auto& state = static_cast<PatternState&>(*call.state);
  TextArgument text(call, 0), pattern(call, 1);
  bool constant = call.args[1]->isConstant();
  const Regex* regex = nullptr;
  if (constant) regex = TRY(state.get(pattern[0]));
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    if (!constant) regex = TRY(state.get(pattern[row]));
    TRY(work(row, text.raw(row).view(), regex));
  }
  return Status();
}

RegexMatch& matchOf(const KernelCall& call) {
  return static_cast<PatternState&>(*call.state).match;
}

// Bytes of the characters beyond U+FFFF, which are two units in Java.
constexpr size_t kPairBytes = 4;

// The place between the halves of the character, two bytes behind its begin.
void moveBetweenHalves(RegexMatch& match, size_t character) {
  for (size_t i = 0; i < match.begins.size(); ++i) {
    if (match.begins[i] == RegexMatch::kNone) continue;
    match.begins[i] = match.ends[i] = character + kPairBytes / 2;
  }
}

// Calls work(match) for each match from left to right, as Java's Matcher.find does. A match may be
// empty and lie between the halves of a character.
template <typename Work>
Status forEachMatch(const Regex& regex, std::string_view text, RegexMatch& match, Work work) {
  size_t from = 0;
  while (from <= text.size()) {
    if (!TRY(regex.find(text, from, match))) break;
    work(match);
    from = match.end();
    if (match.begin() != match.end()) continue;
    if (from >= text.size()) break;
    size_t bytes = characterBytes(text, from);
    if (bytes == kPairBytes && regex.matchesBetweenHalves()) {
      moveBetweenHalves(match, from);
      work(match);
    }
    from += bytes;
  }
  return Status();
}

bool isBetweenHalves(std::string_view text, size_t place) {
  return place < text.size() && (static_cast<uint8_t>(text[place]) & 0xC0) == 0x80;
}

// Half of a character is no text: Java writes it as a question mark.
void appendPart(std::string_view text, size_t begin, size_t end, std::string& out) {
  if (begin >= end) return;
  if (isBetweenHalves(text, begin)) {
    out += '?';
    begin += kPairBytes / 2;
  }
  bool cut = isBetweenHalves(text, end);
  if (cut) end -= kPairBytes / 2;
  out += text.substr(begin, end - begin);
  if (cut) out += '?';
}

// Java's length of a text.
size_t utf16Units(std::string_view text) {
  size_t units = countCharacters(text);
  for (char c : text) units += static_cast<uint8_t>(c) >= 0xF0 ? 1 : 0;
  return units;
}

Status regexpFinds(const KernelCall& call, Column& out) {
  uint8_t* to = out.mutableValues<uint8_t>();
  TextArgument pattern(call, 1);
  RegexMatch& match = matchOf(call);
  return forEachText(call, [&](uint32_t row, std::string_view text, const Regex* regex) -> Status {
    bool found = regex != nullptr && !pattern[row].empty();
    if (found) found = TRY(regex->find(text, 0, match));
    to[row] = found ? 1 : 0;
    return Status();
  });
}

Status regexpExtract(const KernelCall& call, Column& out) {
  out.retainAllOf(*call.args[0]);
  IntegerArgument group(call, call.args.size() - 1);
  bool given = call.args.size() > 2;
  RegexMatch& match = matchOf(call);
  return forEachText(call, [&](uint32_t row, std::string_view text, const Regex* regex) -> Status {
    int64_t index = given ? group[row] : 0;
    bool possible =
        regex != nullptr && index >= 0 && index <= static_cast<int64_t>(regex->numGroups());
    bool found = possible && TRY(regex->find(text, 0, match));
    auto i = static_cast<size_t>(index);
    if (!found || match.begins[i] == RegexMatch::kNone) {
      out.setNull(row);
    } else {
      shareText(out, row, text.substr(match.begins[i], match.ends[i] - match.begins[i]));
    }
    return Status();
  });
}

Status regexpReplace(const KernelCall& call, Column& out) {
  out.retainAllOf(*call.args[0]);
  TextArgument replacement(call, 2);
  RegexMatch& match = matchOf(call);
  std::string result;
  return forEachText(call, [&](uint32_t row, std::string_view text, const Regex* regex) -> Status {
    if (regex == nullptr) {
      out.setNull(row);
      return Status();
    }
    result.clear();
    size_t copied = 0;
    bool any = false;
    TRY(forEachMatch(*regex, text, match, [&](const RegexMatch& found) {
      any = true;
      appendPart(text, copied, found.begin(), result);
      result += replacement[row];
      copied = found.end();
    }));
    if (!any) {
      shareText(out, row, text);
      return Status();
    }
    appendPart(text, copied, text.size(), result);
    out.setString(row, result);
    return Status();
  });
}

Status regexpCount(const KernelCall& call, Column& out) {
  int32_t* to = out.mutableValues<int32_t>();
  RegexMatch& match = matchOf(call);
  return forEachText(call, [&](uint32_t row, std::string_view text, const Regex* regex) -> Status {
    if (regex == nullptr) {
      out.setNull(row);
      return Status();
    }
    int32_t count = 0;
    TRY(forEachMatch(*regex, text, match, [&](const RegexMatch&) { ++count; }));
    to[row] = count;
    return Status();
  });
}

Status regexpPosition(const KernelCall& call, Column& out) {
  int32_t* to = out.mutableValues<int32_t>();
  RegexMatch& match = matchOf(call);
  return forEachText(call, [&](uint32_t row, std::string_view text, const Regex* regex) -> Status {
    to[row] = 0;
    if (regex == nullptr) {
      out.setNull(row);
    } else if (TRY(regex->find(text, 0, match))) {
      to[row] = static_cast<int32_t>(utf16Units(text.substr(0, match.begin()))) + 1;
    }
    return Status();
  });
}

Status regexpExtractAll(const KernelCall& call, Column& out) {
  IntegerArgument group(call, call.args.size() - 1);
  bool given = call.args.size() > 2;
  RegexMatch& match = matchOf(call);
  ListOutput lists(out);
  TRY(forEachText(call, [&](uint32_t row, std::string_view text, const Regex* regex) -> Status {
    int64_t index = given ? group[row] : 1;
    bool possible =
        regex != nullptr && index >= 0 && index <= static_cast<int64_t>(regex->numGroups());
    lists.begin(row);
    if (!possible) {
      out.setNull(row);
    } else {
      auto i = static_cast<size_t>(index);
      TRY(forEachMatch(*regex, text, match, [&](const RegexMatch& found) {
        if (found.begins[i] == RegexMatch::kNone)
          lists.child(0).appendNull();
        else
          lists.child(0).appendString(
              text.substr(found.begins[i], found.ends[i] - found.begins[i]));
      }));
    }
    lists.end();
    return Status();
  }));
  lists.finish();
  return Status();
}

Result<ResolvedCall> resolveRegexp(Arguments args) {
  return resolveCall(args, {{"string, string", "boolean", regexpFinds, preparePattern}});
}
Result<ResolvedCall> resolveExtract(Arguments args) {
  return resolveCall(args,
                     {{"string, string, [integer", "string?", regexpExtract, preparePattern}});
}
Result<ResolvedCall> resolveReplace(Arguments args) {
  return resolveCall(args, {{"string, string, string", "string?", regexpReplace, preparePattern}});
}
Result<ResolvedCall> resolveCount(Arguments args) {
  return resolveCall(args, {{"string, string", "int?", regexpCount, preparePattern}});
}
Result<ResolvedCall> resolveInstr(Arguments args) {
  return resolveCall(args, {{"string, string", "int?", regexpPosition, preparePattern}});
}
Result<ResolvedCall> resolveSubstr(Arguments args) {
  return resolveCall(args, {{"string, string", "string?", regexpExtract, preparePattern}});
}
Result<ResolvedCall> resolveExtractAll(Arguments args) {
  return resolveCall(
      args, {{"string, string, [integer", "array<string>?", regexpExtractAll, preparePattern}});
}

ScalarFunction regex(std::string name, std::string parameters, std::string doc, std::string example,
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

void addRegexFunctions(FunctionCatalog& catalog) {
  catalog.add(regex("REGEXP", "string, pattern",
                    "TRUE when the pattern occurs in the text. Patterns are Java's.",
                    "REGEXP('abcabc', 'b.')", "true", resolveRegexp));
  catalog.add(regex("REGEXP_EXTRACT", "string, pattern [, group]",
                    "The first match, or its group; NULL when there is none.",
                    "REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 2)", "bar", resolveExtract));
  catalog.add(regex("REGEXP_REPLACE", "string, pattern, replacement",
                    "The text with every match replaced by the plain replacement.",
                    "REGEXP_REPLACE('foobar', 'oo|ar', '')", "fb", resolveReplace));
  catalog.add(regex("REGEXP_COUNT", "string, pattern", "The number of matches.",
                    "REGEXP_COUNT('hello world', 'l')", "3", resolveCount));
  catalog.add(
      regex("REGEXP_INSTR", "string, pattern",
            "The position of the first match (from 1, in UTF-16 units), 0 when there is none.",
            "REGEXP_INSTR('hello world', 'wor')", "7", resolveInstr));
  catalog.add(regex("REGEXP_SUBSTR", "string, pattern", "The first match, NULL when there is none.",
                    "REGEXP_SUBSTR('hello world', 'w.r')", "wor", resolveSubstr));
  catalog.add(regex("REGEXP_EXTRACT_ALL", "string, pattern [, group]",
                    "The group (1 when not given) of every match.",
                    "REGEXP_EXTRACT_ALL('1-2, 3-4', '(\\d+)-(\\d+)', 1)", "[\"1\",\"3\"]",
                    resolveExtractAll));
}

}  // namespace millrace
