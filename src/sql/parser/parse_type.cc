#include <fmt/format.h>

#include <unordered_map>

#include "base/close_matches.h"
#include "sql/ast/keywords.h"
#include "sql/parser/parser.h"
#include "sql/parser/sql_parser.h"
#include "sql/parser/time_units.h"

namespace millrace {

namespace {

using Kind = ParsedTypeName::Kind;

// Types that are one word, and whether a length may follow.
struct SimpleType {
  Kind kind;
  bool length = false;
  bool scale = false;
};

const std::unordered_map<std::string_view, SimpleType>& simpleTypes() {
  static const std::unordered_map<std::string_view, SimpleType> types = {
      {"BOOLEAN", {Kind::kBoolean}},
      {"TINYINT", {Kind::kTinyint}},
      {"SMALLINT", {Kind::kSmallint}},
      {"INT", {Kind::kInteger}},
      {"INTEGER", {Kind::kInteger}},
      {"BIGINT", {Kind::kBigint}},
      {"FLOAT", {Kind::kFloat}},
      {"DOUBLE", {Kind::kDouble}},
      {"DECIMAL", {Kind::kDecimal, true, true}},
      {"DEC", {Kind::kDecimal, true, true}},
      {"NUMERIC", {Kind::kDecimal, true, true}},
      {"CHAR", {Kind::kChar, true}},
      {"CHARACTER", {Kind::kChar, true}},
      {"VARCHAR", {Kind::kVarchar, true}},
      {"STRING", {Kind::kVarchar}},
      {"BINARY", {Kind::kBinary, true}},
      {"VARBINARY", {Kind::kVarbinary, true}},
      {"BYTES", {Kind::kVarbinary}},
      {"DATE", {Kind::kDate}},
      {"TIME", {Kind::kTime}},
      {"TIMESTAMP", {Kind::kTimestamp}},
      {"TIMESTAMP_LTZ", {Kind::kTimestampLtz, true}},
      {"VARIANT", {Kind::kVariant}},
      {"NULL", {Kind::kNull}},
      {"DESCRIPTOR", {Kind::kDescriptor}},
  };
  return types;
}

// Types of the dialect that Millrace does not know.
bool isUnknownDialectType(std::string_view word) {
  return word == "BITMAP" || word == "REAL" || word == "DATETIME" || word == "GEOMETRY" ||
         word == "ANY" || word == "CURSOR";
}

}  // namespace

std::vector<std::string> typeWords() {
  std::vector<std::string> words = {"INTERVAL", "ARRAY", "MAP", "MULTISET", "ROW", "RAW"};
  for (const auto& [word, type] : simpleTypes()) words.emplace_back(word);
  return words;
}

Status SqlParser::parseTypeLength(ParsedTypeName& type, bool withScale) {
  if (!acceptOperator("(")) return Status();
  type.length = TRY(parseInteger("a length or precision"));
  if (withScale && acceptOperator(",")) type.scale = TRY(parseInteger("a scale"));
  return expectOperator(")");
}

// TIME and TIMESTAMP: (p) [WITH | WITHOUT [LOCAL] TIME ZONE]
Status SqlParser::parseTimeType(ParsedTypeName& type) {
  TRY(parseTypeLength(type));
  if (accept("WITHOUT")) {
    TRY(expect("TIME"));
    return expect("ZONE");
  }
  bool zoned = nextIs("WITH") && (peek(1).isWord("LOCAL") || peek(1).isWord("TIME"));
  if (!zoned || type.kind == Kind::kTime) return Status();
  advance();
  type.kind = accept("LOCAL") ? Kind::kTimestampLtz : Kind::kTimestampTz;
  TRY(expect("TIME"));
  return expect("ZONE");
}

Status SqlParser::parseElementTypes(ParsedTypeName& type, size_t count) {
  TRY(expectOperator("<"));
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) TRY(expectOperator(","));
    type.children.push_back(TRY(parseType()));
    raise(type, type.children.back());
  }
  return expectOperator(">");
}

Status SqlParser::parseRowFields(ParsedTypeName& type, std::string_view close) {
  do {
    type.fieldNames.push_back(TRY(parseIdentifier("a field name")));
    type.children.push_back(TRY(parseType()));
    raise(type, type.children.back());
    std::optional<std::string> comment;
    if (accept("COMMENT") || peek().kind == Token::Kind::kString) {
      comment = TRY(parseString("a comment in quotes"));
    }
    type.fieldComments.push_back(std::move(comment));
  } while (acceptOperator(","));
  return expectOperator(close);
}

Status SqlParser::parseRowType(ParsedTypeName& type) {
  type.kind = Kind::kRow;
  if (acceptOperator("<>")) return Status();
  if (acceptOperator("<")) return parseRowFields(type, ">");
  if (!acceptOperator("(")) return unexpected("'<'");
  if (acceptOperator(")")) return Status();
  return parseRowFields(type, ")");
}

Status SqlParser::parseStructuredType(ParsedTypeName& type) {
  type.kind = Kind::kStructured;
  TRY(expectOperator("<"));
  type.className = TRY(parseString("a class name in quotes"));
  if (acceptOperator(">")) return Status();
  TRY(expectOperator(","));
  return parseRowFields(type, ">");
}

Status SqlParser::parseRawType(ParsedTypeName& type) {
  type.kind = Kind::kRaw;
  TRY(expectOperator("("));
  type.className = TRY(parseString("a class name in quotes"));
  TRY(expectOperator(","));
  type.serializer = TRY(parseString("a serializer snapshot in quotes"));
  return expectOperator(")");
}

Result<bool> SqlParser::parseSimpleType(ParsedTypeName& type) {
  auto found = simpleTypes().find(peek().upper);
  if (peek().kind != Token::Kind::kWord || found == simpleTypes().end()) return false;
  bool isString = peek().isWord("STRING") || peek().isWord("BYTES");
  advance();
  type.kind = found->second.kind;
  if (isString) type.length = INT32_MAX;
  if (type.kind == Kind::kTime || type.kind == Kind::kTimestamp) {
    TRY(parseTimeType(type));
    return true;
  }
  if (type.kind == Kind::kDouble) accept("PRECISION");
  if (type.kind == Kind::kChar && accept("VARYING")) type.kind = Kind::kVarchar;
  if (type.kind == Kind::kBinary && accept("VARYING")) type.kind = Kind::kVarbinary;
  if (found->second.length) TRY(parseTypeLength(type, found->second.scale));
  return true;
}

Result<ParsedTypeName> SqlParser::parseBaseType() {
  ParsedTypeName type;
  if (TRY(parseSimpleType(type))) return type;
  if (accept("INTERVAL")) {
    type.kind = Kind::kInterval;
    type.interval = TRY(parseIntervalQualifier());
  } else if (nextIs("ARRAY") || nextIs("MULTISET")) {
    type.kind = nextIs("ARRAY") ? Kind::kArray : Kind::kMultiset;
    advance();
    TRY(parseElementTypes(type, 1));
  } else if (nextIs("MAP") && peek(1).isOperator("<")) {
    advance();
    type.kind = Kind::kMap;
    TRY(parseElementTypes(type, 2));
  } else if (accept("ROW")) {
    TRY(parseRowType(type));
  } else if (accept("STRUCTURED")) {
    TRY(parseStructuredType(type));
  } else if (accept("RAW")) {
    TRY(parseRawType(type));
  } else if (peek().kind == Token::Kind::kWord && isUnknownDialectType(peek().upper)) {
    return Error(ErrorKind::kUnsupported, fmt::format("type {}", peek().upper)).at(peek().position);
  } else if (nextIsName()) {
    type.kind = Kind::kUser;
    type.userName = TRY(parseName("a type"));
  } else {
    return unexpectedWord("a type", typeWords());
  }
  return type;
}

Result<ParsedTypeName> SqlParser::parseTypeNoNull() {
  Nesting nesting(*this);
  TRY(nesting.check());
  const Token first = peek();
  ParsedTypeName type = TRY(parseBaseType());
  setSpan(type, first);
  while (nextIs("ARRAY") || nextIs("MULTISET")) {
    ParsedTypeName collection;
    collection.kind = nextIs("ARRAY") ? Kind::kArray : Kind::kMultiset;
    advance();
    raise(collection, type);
    setSpan(collection, first);
    TRY(checkHeight(collection));
    collection.children.push_back(std::move(type));
    type = std::move(collection);
  }
  return type;
}

Result<ParsedTypeName> SqlParser::parseType() {
  const Token first = peek();
  ParsedTypeName type = TRY(parseTypeNoNull());
  if (nextAre("NOT", "NULL")) {
    advance();
    advance();
    type.nullable = false;
    setSpan(type, first);
  } else if (accept("NULL")) {
    type.nullable = true;
    setSpan(type, first);
  }
  return type;
}

Result<ParsedIntervalQualifier> SqlParser::parseIntervalQualifier() {
  ParsedIntervalQualifier qualifier;
  qualifier.position = peek().position;
  std::optional<ParsedTimeUnit> start = intervalUnit(peek().upper);
  if (peek().kind != Token::Kind::kWord || !start) {
    return unexpectedWord("an interval unit such as DAY", intervalUnitWords());
  }
  advance();
  qualifier.start = *start;
  if (acceptOperator("(")) {
    qualifier.precision = TRY(parseInteger("a precision"));
    if (qualifier.start == ParsedTimeUnit::kSecond && acceptOperator(",")) {
      qualifier.fraction = TRY(parseInteger("a precision"));
    }
    TRY(expectOperator(")"));
  }
  if (!nextIs("TO") || !intervalUnit(peek(1).upper)) return qualifier;
  SourcePosition endPosition = peek(1).position;
  ParsedTimeUnit end = *intervalUnit(peek(1).upper);
  if (!isIntervalRange(qualifier.start, end)) {
    return Error(ErrorKind::kSyntax, fmt::format("no interval from {} to {}",
                                                 timeUnitName(qualifier.start), timeUnitName(end)))
        .at(endPosition);
  }
  advance();
  advance();
  qualifier.end = end;
  if (end == ParsedTimeUnit::kSecond && acceptOperator("(")) {
    qualifier.fraction = TRY(parseInteger("a precision"));
    TRY(expectOperator(")"));
  }
  return qualifier;
}

}  // namespace millrace
