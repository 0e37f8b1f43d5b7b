// SQL's JSON functions. Their clauses come as arguments, an empty text where a clause is missing:
//   JSON_VALUE(json, path, emptyMode, emptyDefault, errorMode, errorDefault); modes are 'NULL',
//       'ERROR' and 'DEFAULT'; the binder casts the result to the RETURNING type
//   JSON_EXISTS(json, path, errorMode)            'TRUE', 'FALSE', 'UNKNOWN', 'ERROR'
//   JSON_QUERY(json, path, wrapper, emptyMode, errorMode)
//       wrapper is 'WITHOUT', 'CONDITIONAL' or 'UNCONDITIONAL'; modes are 'NULL', 'ERROR',
//       'EMPTY ARRAY' and 'EMPTY OBJECT'; a sixth argument, NULL, makes the result an ARRAY of its
//       type
//   JSON_OBJECT(onNull, key1, value1, ...), JSON_ARRAY(onNull, value1, ...)
//       onNull is 'NULL' or 'ABSENT', then the numbers (from 1) of those values that are calls of
//       JSON_OBJECT or JSON_ARRAY, so that they are not quoted: 'NULL 2 3'
#include <fmt/format.h>

#include <charconv>
#include <map>

#include "functions/function_catalog.h"
#include "functions/json_document.h"
#include "functions/kernels.h"
#include "functions/list_output.h"
#include "functions/signature.h"
#include "functions/value_json.h"

namespace millrace {

namespace {

// The parsed text and path of one call. Neighbouring calls on one text each parse it.
class JsonState final : public FunctionState {
 public:
  JsonDocument document;
  JsonDocument list;  // the result of JSON_QUERY that becomes an ARRAY
  std::vector<uint32_t> found;

  Result<const JsonPath*> path(std::string_view text) {
    if (path_ && text == text_) return &*path_;
    path_ = TRY(JsonPath::compile(text));
    text_ = text;
    return &*path_;
  }

 private:
  std::optional<JsonPath> path_;
  std::string text_;
};

Result<std::unique_ptr<FunctionState>> prepareJson(Arguments, const Type&) {
  return std::unique_ptr<FunctionState>(std::make_unique<JsonState>());
}

JsonState& stateOf(const KernelCall& call) { return static_cast<JsonState&>(*call.state); }

Error jsonError(std::string message) {
  return Error(ErrorKind::kInvalidArgument, std::move(message));
}

// How the look-up of a path ended. A null, a missing member and malformed JSON are all nothing: an
// error for a strict path, empty for a lax one.
enum class Outcome : uint8_t { kFound, kEmpty, kError };

struct LookUp {
  Outcome outcome = Outcome::kEmpty;
  std::string message;  // of an error
};

Result<LookUp> lookUp(const KernelCall& call, uint32_t row) {
  JsonState& state = stateOf(call);
  const JsonPath* path = TRY(state.path(TextArgument(call, 1)[row]));
  auto nothing = [&](std::string_view why) {
    return path->isStrict() ? LookUp{Outcome::kError, std::string(why)} : LookUp{};
  };
  if (!state.document.parse(TextArgument(call, 0)[row])) return nothing("malformed JSON");
  path->select(state.document, state.found);
  if (path->isIndefinite()) {
    bool fails = path->isStrict() && !path->leadsSomewhere(state.document);
    return fails ? nothing("no result for the strict JSON path") : LookUp{Outcome::kFound, ""};
  }
  if (state.found.empty()) return nothing("no result for the strict JSON path");
  bool isNull = state.document.node(state.found[0]).kind == JsonKind::kNull;
  return isNull ? nothing("the strict JSON path names a null") : LookUp{Outcome::kFound, ""};
}

std::string_view modeAt(const KernelCall& call, size_t index, std::string_view otherwise) {
  if (index >= call.args.size() || call.args[index]->isNull(0)) return otherwise;
  std::string_view mode = TextArgument(call, index)[0];
  return mode.empty() ? otherwise : mode;
}

bool anyNull(const KernelCall& call, size_t count, uint32_t row) {
  for (size_t i = 0; i < count; ++i) {
    if (call.args[i]->isNull(row)) return true;
  }
  return false;
}

// --- JSON_VALUE ---

std::string scalarText(const JsonNode& node) {
  if (node.kind == JsonKind::kTrue) return "true";
  if (node.kind == JsonKind::kFalse) return "false";
  return node.kind == JsonKind::kNumber ? jsonNumberText(node.text) : std::string(node.text);
}

void storeDefault(const KernelCall& call, size_t index, uint32_t row, Column& out) {
  bool given = index < call.args.size() && !call.args[index]->isNull(row);
  if (given)
    out.setString(row, TextArgument(call, index)[row]);
  else
    out.setNull(row);
}

Status onEmpty(const KernelCall& call, uint32_t row, Column& out) {
  std::string_view mode = modeAt(call, 2, "NULL");
  if (mode == "ERROR") return jsonError("empty result of JSON_VALUE is not allowed");
  if (mode == "DEFAULT")
    storeDefault(call, 3, row, out);
  else
    out.setNull(row);
  return Status();
}

Status onError(const KernelCall& call, uint32_t row, std::string message, Column& out) {
  std::string_view mode = modeAt(call, 4, "NULL");
  if (mode == "ERROR") return jsonError(std::move(message));
  if (mode == "DEFAULT")
    storeDefault(call, 5, row, out);
  else
    out.setNull(row);
  return Status();
}

Status jsonValueOf(const KernelCall& call, uint32_t row, Column& out) {
  LookUp result = TRY(lookUp(call, row));
  if (result.outcome == Outcome::kError) return onError(call, row, result.message, out);
  if (result.outcome == Outcome::kEmpty) return onEmpty(call, row, out);
  JsonState& state = stateOf(call);
  const JsonPath* path = TRY(state.path(TextArgument(call, 1)[row]));
  bool scalar = !path->isIndefinite() && state.document.node(state.found[0]).isScalar();
  if (!scalar) {
    if (path->isStrict()) return onError(call, row, "strict JSON path names no scalar", out);
    return onEmpty(call, row, out);
  }
  const JsonNode& node = state.document.node(state.found[0]);
  out.setString(row, scalarText(node));
  return Status();
}

Status jsonValue(const KernelCall& call, Column& out) {
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    if (anyNull(call, 2, row))
      out.setNull(row);
    else
      TRY(jsonValueOf(call, row, out));
  }
  return Status();
}

bool areTexts(Arguments args, size_t count) {
  if (args.size() < count) return false;
  for (size_t i = 0; i < count; ++i) {
    if (!args[i].type.isCharacter()) return false;
  }
  return true;
}

Result<ResolvedCall> resolveJsonValue(Arguments args) {
  if (!areTexts(args, 2) || args.size() > 6) return argumentError("a JSON text and a path", args);
  ResolvedCall call = keepTypes(args, Type::string(), jsonValue, prepareJson);
  for (size_t i : {size_t{3}, size_t{5}}) {
    if (i < args.size()) call.arguments[i] = Type::string();
  }
  return call;
}

// --- JSON_EXISTS ---

Status jsonExists(const KernelCall& call, Column& out) {
  uint8_t* to = out.mutableValues<uint8_t>();
  std::string_view mode = modeAt(call, 2, "FALSE");
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    to[row] = 0;
    if (anyNull(call, 2, row)) {
      out.setNull(row);
      continue;
    }
    LookUp result = TRY(lookUp(call, row));
    if (result.outcome == Outcome::kError) {
      if (mode == "ERROR") return jsonError(result.message);
      if (mode == "UNKNOWN") out.setNull(row);
      to[row] = mode == "TRUE" ? 1 : 0;
    } else if (result.outcome == Outcome::kFound) {
      to[row] = 1;
    }
  }
  return Status();
}

Result<ResolvedCall> resolveJsonExists(Arguments args) {
  if (!areTexts(args, 2) || args.size() > 3) return argumentError("a JSON text and a path", args);
  return keepTypes(args, Type::boolean(), jsonExists, prepareJson);
}

// --- JSON_QUERY ---

// What is written instead of a result: text is empty for NULL.
Result<bool> replaceBy(std::string_view mode, std::string message, std::string& text) {
  if (mode == "ERROR") return jsonError(std::move(message));
  text = mode == "EMPTY OBJECT" ? "{}" : mode == "EMPTY ARRAY" ? "[]" : "";
  return !text.empty();
}

void writeFound(const JsonState& state, bool isList, std::string& text) {
  text = isList ? "[" : "";
  for (size_t i = 0; i < state.found.size() && (isList || i == 0); ++i) {
    if (i > 0) text += ',';
    state.document.write(state.found[i], text);
  }
  if (isList) text += ']';
}

// Writes the result as JSON; false when it is NULL.
Result<bool> jsonQueryOf(const KernelCall& call, uint32_t row, std::string& text) {
  if (anyNull(call, 2, row)) return false;
  std::string_view wrapper = modeAt(call, 2, "WITHOUT");
  std::string_view emptyMode = modeAt(call, 3, "NULL"), errorMode = modeAt(call, 4, "NULL");
  LookUp result = TRY(lookUp(call, row));
  if (result.outcome == Outcome::kError) return replaceBy(errorMode, result.message, text);
  std::string empty = "empty result of JSON_QUERY is not allowed";
  if (result.outcome == Outcome::kEmpty) return replaceBy(emptyMode, empty, text);
  JsonState& state = stateOf(call);
  const JsonPath* path = TRY(state.path(TextArgument(call, 1)[row]));
  bool isList = path->isIndefinite();
  const JsonNode& first = state.document.node(state.found.empty() ? 0 : state.found[0]);
  writeFound(state, isList, text);
  bool isArray = isList || first.kind == JsonKind::kArray;
  if (wrapper == "UNCONDITIONAL" || (wrapper == "CONDITIONAL" && !isArray)) {
    text = '[' + text + ']';
  } else if (!isList && first.isScalar()) {
    return replaceBy(path->isStrict() ? errorMode : emptyMode, "JSON path names a scalar", text);
  }
  return true;
}

Status jsonQuery(const KernelCall& call, Column& out) {
  std::string text;
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    if (TRY(jsonQueryOf(call, row, text)))
      out.setString(row, text);
    else
      out.setNull(row);
  }
  return Status();
}

// Texts lose their quotes, a null is NULL, everything else stays JSON.
void appendElements(const JsonDocument& list, ColumnBuilder& out) {
  std::string text;
  for (uint32_t i = list.node(list.root()).firstChild; i != JsonNode::kNone;
       i = list.node(i).next) {
    const JsonNode& node = list.node(i);
    if (node.kind == JsonKind::kNull) {
      out.appendNull();
    } else if (node.isScalar()) {
      out.appendString(scalarText(node));
    } else {
      text.clear();
      list.write(i, text);
      out.appendString(text);
    }
  }
}

Status jsonQueryArray(const KernelCall& call, Column& out) {
  JsonDocument& list = stateOf(call).list;
  ListOutput lists(out);
  std::string text;
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    lists.begin(row);
    bool known = TRY(jsonQueryOf(call, row, text));
    if (known && text[0] != '[') {
      known = TRY(replaceBy(modeAt(call, 4, "NULL"), "JSON path names no array", text));
    }
    if (known && list.parse(text))
      appendElements(list, lists.child(0));
    else
      out.setNull(row);
    lists.end();
  }
  lists.finish();
  return Status();
}

Result<ResolvedCall> resolveJsonQuery(Arguments args) {
  if (!areTexts(args, 2) || args.size() > 6) return argumentError("a JSON text and a path", args);
  if (args.size() < 6) return keepTypes(args, Type::string(), jsonQuery, prepareJson);
  Type element = args[5].type.withNullable(true);
  return keepTypes(args, Type::array(element), jsonQueryArray, prepareJson);
}

// --- Making JSON ---

Status jsonString(const KernelCall& call, Column& out) {
  std::string text;
  forEachRow(call.rows, [&](uint32_t row) {
    text.clear();
    appendValueJson(*call.args[0], row, text);
    out.setString(row, text);
  });
  return Status();
}

Result<ResolvedCall> resolveJsonString(Arguments args) {
  if (args.size() != 1 || !hasJsonForm(args[0].type)) {
    return argumentError("a value with a JSON form", args);
  }
  return keepTypes(args, Type::string().withNullable(false), jsonString);
}

// What the first argument of JSON_OBJECT and JSON_ARRAY says.
struct Construction {
  bool keepsNulls = true;
  std::vector<bool> isJson;  // by number of the value, from 1
};

Construction constructionOf(const KernelCall& call) {
  Construction result;
  std::string_view text = modeAt(call, 0, "NULL");
  result.keepsNulls = text.starts_with("NULL");
  result.isJson.assign(call.args.size() + 1, false);
  size_t at = text.find(' ');
  while (at < text.size()) {
    size_t number = 0;
    const char* begin = text.data() + at + 1;
    std::from_chars(begin, text.data() + text.size(), number);
    if (number < result.isJson.size()) result.isJson[number] = true;
    at = text.find(' ', at + 1);
  }
  return result;
}

void appendMember(const Column& value, uint32_t row, bool isJson, std::string& out) {
  if (isJson && !value.isNull(row)) {
    out += value.values<StringView>()[value.position(row)].view();
  } else {
    appendValueJson(value, row, out);
  }
}

Status jsonArray(const KernelCall& call, Column& out) {
  Construction how = constructionOf(call);
  std::string text;
  forEachRow(call.rows, [&](uint32_t row) {
    text = "[";
    for (size_t i = 1; i < call.args.size(); ++i) {
      const Column& value = *call.args[i];
      if (value.isNull(row) && !how.keepsNulls) continue;
      if (text.size() > 1) text += ',';
      appendMember(value, row, how.isJson[i], text);
    }
    text += ']';
    out.setString(row, text);
  });
  return Status();
}

// Members are sorted by key; the last value of equal keys counts.
Status jsonObject(const KernelCall& call, Column& out) {
  Construction how = constructionOf(call);
  std::string text;
  std::map<std::string, std::string> members;
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    members.clear();
    for (size_t i = 1; i + 1 < call.args.size(); i += 2) {
      if (call.args[i]->isNull(row)) return jsonError("a key of JSON_OBJECT is NULL");
      const Column& value = *call.args[i + 1];
      if (value.isNull(row) && !how.keepsNulls) continue;
      std::string& member = members[std::string(TextArgument(call, i)[row])];
      member.clear();
      appendMember(value, row, how.isJson[(i + 1) / 2], member);
    }
    text = "{";
    for (const auto& [key, member] : members) {
      if (text.size() > 1) text += ',';
      appendQuotedJson(key, text);
      text += ':';
      text += member;
    }
    text += '}';
    out.setString(row, text);
  }
  return Status();
}

Result<ResolvedCall> resolveJsonArray(Arguments args) {
  if (!areTexts(args, 1)) return argumentError("values", args);
  for (const ArgumentInfo& arg : args) {
    if (!hasJsonForm(arg.type)) return argumentError("values with a JSON form", args);
  }
  return keepTypes(args, Type::string().withNullable(false), jsonArray);
}

Result<ResolvedCall> resolveJsonObject(Arguments args) {
  if (!areTexts(args, 1) || args.size() % 2 != 1) return argumentError("keys and values", args);
  for (size_t i = 1; i < args.size(); ++i) {
    bool isKey = i % 2 == 1;
    if (isKey ? !args[i].type.isCharacter() : !hasJsonForm(args[i].type)) {
      return argumentError("text keys and values with a JSON form", args);
    }
  }
  return keepTypes(args, Type::string().withNullable(false), jsonObject);
}

// --- JSON_QUOTE, JSON_UNQUOTE, IS JSON ---

Status jsonQuote(const KernelCall& call, Column& out) {
  TextArgument text(call, 0);
  std::string quoted;
  forEachRow(call.rows, [&](uint32_t row) {
    quoted.clear();
    appendQuotedJson(text[row], quoted);
    out.setString(row, quoted);
  });
  return Status();
}

Status jsonUnquote(const KernelCall& call, Column& out) {
  TextArgument text(call, 0);
  JsonDocument document;
  forEachRow(call.rows, [&](uint32_t row) {
    std::string_view whole = text[row];
    bool quoted = whole.size() >= 2 && whole.front() == '"' && whole.back() == '"' &&
                  document.parse(whole) && document.node(0).kind == JsonKind::kString;
    out.setString(row, quoted ? document.node(0).text : whole);
  });
  return Status();
}

template <Kernel kernel>
Result<ResolvedCall> resolveJsonText(Arguments args) {
  return resolveCall(args, {{"string", "string", kernel}});
}

enum class JsonTest { kValue, kScalar, kArray, kObject };

template <JsonTest kTest>
Status isJson(const KernelCall& call, Column& out) {
  TextArgument text(call, 0);
  JsonDocument document;
  uint8_t* to = out.mutableValues<uint8_t>();
  forEachRow(call.rows, [&](uint32_t row) {
    bool valid = !call.args[0]->isNull(row) && document.parse(text[row]);
    if (valid && kTest == JsonTest::kScalar) valid = document.node(0).isScalar();
    if (valid && kTest == JsonTest::kArray) valid = document.node(0).kind == JsonKind::kArray;
    if (valid && kTest == JsonTest::kObject) valid = document.node(0).kind == JsonKind::kObject;
    to[row] = valid ? 1 : 0;
  });
  return Status();
}

template <JsonTest kTest>
Result<ResolvedCall> resolveIsJson(Arguments args) {
  return resolveCall(args, {{"string", "boolean", isJson<kTest>}});
}

ScalarFunction json(std::string name, std::string signature, std::string doc, std::string example,
                    std::string exampleResult, Resolve resolve) {
  return ScalarFunction{.name = std::move(name),
                        .family = "json",
                        .signature = std::move(signature),
                        .doc = std::move(doc),
                        .example = std::move(example),
                        .exampleResult = std::move(exampleResult),
                        .resolve = resolve,
                        .nulls = NullRule::kHandles};
}

void addJsonTests(FunctionCatalog& catalog) {
  ScalarFunction isJson =
      json("IS JSON", "string IS JSON [VALUE]", "TRUE when the text is JSON; never NULL.",
           "'{\"a\":1}' IS JSON", "true", resolveIsJson<JsonTest::kValue>);
  isJson.aliases = {"IS JSON VALUE"};
  catalog.add(std::move(isJson));
  catalog.add(json("IS JSON SCALAR", "string IS JSON SCALAR",
                   "TRUE when the text is a JSON string, number, boolean or null.",
                   "'1' IS JSON SCALAR", "true", resolveIsJson<JsonTest::kScalar>));
  catalog.add(json("IS JSON ARRAY", "string IS JSON ARRAY", "TRUE when the text is a JSON array.",
                   "'[]' IS JSON ARRAY", "true", resolveIsJson<JsonTest::kArray>));
  catalog.add(json("IS JSON OBJECT", "string IS JSON OBJECT",
                   "TRUE when the text is a JSON object.", "'{}' IS JSON OBJECT", "true",
                   resolveIsJson<JsonTest::kObject>));
}

}  // namespace

void addJsonFunctions(FunctionCatalog& catalog) {
  catalog.add(json("JSON_VALUE",
                   "JSON_VALUE(json, path [RETURNING type] [{NULL | ERROR | DEFAULT value} ON "
                   "EMPTY] [{NULL | ERROR | DEFAULT value} ON ERROR])",
                   "The scalar at the path of a JSON text.", "JSON_VALUE('{\"a\": true}', '$.a')",
                   "true", resolveJsonValue));
  catalog.add(json("JSON_EXISTS",
                   "JSON_EXISTS(json, path [{TRUE | FALSE | UNKNOWN | ERROR} ON ERROR])",
                   "TRUE when the path names a value of the JSON text.",
                   "JSON_EXISTS('{\"a\": true}', '$.a')", "true", resolveJsonExists));
  catalog.add(json("JSON_QUERY",
                   "JSON_QUERY(json, path [{WITHOUT | WITH [CONDITIONAL | UNCONDITIONAL]} [ARRAY] "
                   "WRAPPER] [... ON EMPTY] [... ON ERROR])",
                   "The object or array at the path, as JSON text.",
                   "JSON_QUERY('{\"a\": {\"b\": 1}}', '$.a')", "{\"b\":1}", resolveJsonQuery));
  ScalarFunction string = json("JSON_STRING", "JSON_STRING(value)", "Any value as JSON text.",
                               "JSON_STRING(1)", "1", resolveJsonString);
  string.nulls = NullRule::kPropagate;
  catalog.add(std::move(string));
  catalog.add(
      json("JSON_OBJECT", "JSON_OBJECT([KEY] key VALUE value, ... [{NULL | ABSENT} ON NULL])",
           "A JSON object of keys and values, sorted by key.",
           "JSON_OBJECT('k' VALUE 1, 'j' VALUE 'x')", "{\"j\":\"x\",\"k\":1}", resolveJsonObject));
  catalog.add(json("JSON_ARRAY", "JSON_ARRAY(value, ... [{NULL | ABSENT} ON NULL])",
                   "A JSON array of the values.", "JSON_ARRAY(1, 'a', TRUE)", "[1,\"a\",true]",
                   resolveJsonArray));
  for (bool quotes : {true, false}) {
    ScalarFunction function =
        quotes ? json("JSON_QUOTE", "JSON_QUOTE(string)", "The text as a JSON string.",
                      "JSON_QUOTE('a\"b')", "\"a\\\"b\"", resolveJsonText<jsonQuote>)
               : json("JSON_UNQUOTE", "JSON_UNQUOTE(string)",
                      "The text of a JSON string; other texts stay as they are.",
                      "JSON_UNQUOTE('\"abc\"')", "abc", resolveJsonText<jsonUnquote>);
    function.nulls = NullRule::kPropagate;
    catalog.add(std::move(function));
  }
  addJsonTests(catalog);
}

}  // namespace millrace
