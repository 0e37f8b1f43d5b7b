#include <fmt/format.h>

#include <algorithm>

#include "sql/ast/keywords.h"
#include "sql/ast/sql_writer.h"

namespace millrace {

namespace {

using Kind = ParsedExpression::Kind;
using Op = ParsedBinary::Op;

constexpr int kNotPrecedence = 26;
constexpr int kIsPrecedence = 28;
constexpr int kPredicatePrecedence = 32;
constexpr int kTermPrecedence = 40;
constexpr int kSignPrecedence = 80;
constexpr int kPrimaryPrecedence = 100;

int binaryPrecedence(Op op) {
  switch (op) {
    case Op::kOr:
      return 22;
    case Op::kAnd:
      return 24;
    case Op::kAdd:
    case Op::kSubtract:
      return 40;
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kModulo:
    case Op::kConcat:
      return 60;
    case Op::kMultisetUnion:
    case Op::kMultisetUnionDistinct:
    case Op::kMultisetExcept:
    case Op::kMultisetExceptDistinct:
      return 14;
    case Op::kMultisetIntersect:
    case Op::kMultisetIntersectDistinct:
      return 18;
    default:
      return 30;
  }
}

int precedenceOf(const ParsedExpression& e) {
  switch (e.kind) {
    case Kind::kBinary:
      return binaryPrecedence(e.as<ParsedBinary>().op);
    case Kind::kUnary: {
      ParsedUnary::Op op = e.as<ParsedUnary>().op;
      if (op == ParsedUnary::Op::kNot) return kNotPrecedence;
      bool sign = op == ParsedUnary::Op::kMinus || op == ParsedUnary::Op::kPlus ||
                  op == ParsedUnary::Op::kRunning || op == ParsedUnary::Op::kFinal;
      return sign ? kSignPrecedence : kIsPrecedence;
    }
    case Kind::kIsJson:
      return kIsPrecedence;
    case Kind::kBetween:
    case Kind::kInList:
    case Kind::kInQuery:
    case Kind::kLike:
      return kPredicatePrecedence;
    case Kind::kQuantified:
      return binaryPrecedence(e.as<ParsedQuantified>().op);
    default:
      return kPrimaryPrecedence;
  }
}

bool isPlainArgument(const ParsedExpression& e) {
  return e.kind != Kind::kNamedArgument && e.kind != Kind::kDefault && e.kind != Kind::kStar &&
         e.kind != Kind::kTableArgument && e.kind != Kind::kModelArgument;
}

// The character at `at` of valid UTF-8, which moves behind it.
char32_t decodeUtf8(std::string_view text, size_t& at) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : 0); };
  unsigned char first = byte(at++);
  if (first < 0x80) return first;
  size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  char32_t code = first & (0x3FU >> more);
  for (; more > 0; --more) code = code << 6 | (byte(at++) & 0x3FU);
  return code;
}

// Names that the parser takes as syntax.
bool isSyntaxName(std::string_view upper) {
  for (std::string_view name :
       {"EXTRACT", "POSITION", "SUBSTRING", "TRIM", "OVERLAY", "FLOOR", "CEIL", "CEILING",
        "TIMESTAMPADD", "TIMESTAMPDIFF", "DESCRIPTOR", "JSON_VALUE", "JSON_QUERY", "JSON_EXISTS",
        "JSON_OBJECT", "JSON_ARRAY", "JSON_OBJECTAGG", "JSON_ARRAYAGG", "MAP"}) {
    if (name == upper) return true;
  }
  return false;
}

// The call has the arguments that the syntax of its name produces.
bool hasSyntaxForm(const ParsedCall& call) {
  if (call.json) return true;
  if (call.distinct) return false;
  for (const ParsedExpressionPtr& arg : call.args) {
    if (!isPlainArgument(*arg)) return false;
  }
  const std::string& name = call.name.last();
  size_t count = call.args.size();
  auto isSymbol = [&call](size_t i) { return call.args[i]->is<ParsedSymbol>(); };
  if (name == "EXTRACT") return count == 2 && isSymbol(0);
  if (name == "POSITION" || name == "SUBSTRING") return count == 2 || count == 3;
  if (name == "TRIM") return count == 3 && isSymbol(0);
  if (name == "OVERLAY") return count == 3 || count == 4;
  if (name == "FLOOR" || name == "CEIL") return count == 1 || (count == 2 && isSymbol(1));
  if (name == "TIMESTAMPADD" || name == "TIMESTAMPDIFF") return count == 3 && isSymbol(0);
  return false;
}

// The name parses as the name of an ordinary call without back-ticks.
bool isPlainCallName(const std::string& name, const std::string& upper) {
  switch (classifyWord(upper)) {
    case WordClass::kReservedFunction:
      return true;
    case WordClass::kReserved:
      return upper == "TRANSLATE" || upper == "CLASSIFIER" || upper == "MATCH_NUMBER" ||
             upper == "PREV" || upper == "NEXT";
    default:
      return isPlainName(name);
  }
}

}  // namespace

void SqlWriter::addName(const std::string& name) { add(quoteIdentifier(name)); }

void SqlWriter::addName(const ParsedName& name) {
  addList(
      name.parts, [this](const std::string& part) { addName(part); }, ".");
}

void SqlWriter::addString(const std::string& text) { add(quoteString(text)); }

// A string as Flink writes it: with escapes when there is anything but ASCII in it.
void SqlWriter::addUnicodeString(const std::string& text) {
  bool ascii = std::all_of(text.begin(), text.end(),
                           [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) return addString(text);
  add("u&'");
  for (size_t at = 0; at < text.size();) {
    char32_t code = decodeUtf8(text, at);
    if (code == '\'' || code == '\\') out_ += static_cast<char>(code);
    if (code >= 0x20 && code < 0x80)
      out_ += static_cast<char>(code);
    else if (code < 0x10000)
      add(fmt::format("\\{:04x}", static_cast<uint32_t>(code)));
    else
      add(fmt::format("\\{:04x}\\{:04x}", 0xD7C0 + (static_cast<uint32_t>(code) >> 10),
                      0xDC00 + (static_cast<uint32_t>(code) & 0x3FF)));
  }
  add("'");
}

void SqlWriter::addExpressions(const std::vector<ParsedExpressionPtr>& expressions) {
  addList(expressions, [this](const ParsedExpressionPtr& e) { write(*e); });
}

void SqlWriter::addNames(const std::vector<ParsedIdentifier>& names) {
  add("(");
  addList(names, [this](const ParsedIdentifier& name) { addName(name.name); });
  add(")");
}

void SqlWriter::writeOperand(const ParsedExpression& e, int minimum) {
  bool parentheses = precedenceOf(e) < minimum;
  if (parentheses) add("(");
  write(e);
  if (parentheses) add(")");
}

void SqlWriter::write(const ParsedExpression& e) {
  switch (e.kind) {
    case Kind::kLiteral:
      return writeLiteral(e.as<ParsedLiteral>());
    case Kind::kColumn:
      return writeColumn(e.as<ParsedColumn>());
    case Kind::kStar:
      return writeStar(e.as<ParsedStar>());
    case Kind::kFieldAccess:
      return writeFieldAccess(e.as<ParsedFieldAccess>());
    case Kind::kSubscript:
      writeOperand(*e.as<ParsedSubscript>().base, kPrimaryPrecedence);
      add("[");
      write(*e.as<ParsedSubscript>().index);
      return add("]");
    case Kind::kUnary:
      return writeUnary(e.as<ParsedUnary>());
    case Kind::kBinary:
      return writeBinary(e.as<ParsedBinary>());
    case Kind::kBetween:
      return writeBetween(e.as<ParsedBetween>());
    case Kind::kInList:
      writeIn(*e.as<ParsedInList>().operand, e.as<ParsedInList>().negated);
      add("(");
      addExpressions(e.as<ParsedInList>().items);
      return add(")");
    case Kind::kInQuery:
      writeIn(*e.as<ParsedInQuery>().operand, e.as<ParsedInQuery>().negated);
      return writeIn(*e.as<ParsedInQuery>().query);
    case Kind::kQuantified:
      return writeQuantified(e.as<ParsedQuantified>());
    case Kind::kExists:
      add("EXISTS ");
      return writeIn(*e.as<ParsedExists>().query);
    case Kind::kScalarQuery:
      return writeIn(*e.as<ParsedScalarQuery>().query);
    case Kind::kLike:
      return writeLike(e.as<ParsedLike>());
    case Kind::kIsJson:
      return writeIsJson(e.as<ParsedIsJson>());
    case Kind::kCase:
      return writeCase(e.as<ParsedCase>());
    case Kind::kCast:
      add(e.as<ParsedCast>().isTry ? "TRY_CAST(" : "CAST(");
      write(*e.as<ParsedCast>().operand);
      add(" AS ");
      write(e.as<ParsedCast>().type);
      return add(")");
    case Kind::kCall:
      return writeCall(e.as<ParsedCall>());
    case Kind::kSymbol:
      return add(e.as<ParsedSymbol>().word);
    case Kind::kConstructor:
      return writeConstructor(e.as<ParsedConstructor>());
    case Kind::kNamedArgument:
      addName(e.as<ParsedNamedArgument>().name);
      add(" => ");
      return write(*e.as<ParsedNamedArgument>().value);
    case Kind::kDefault:
      return add("DEFAULT");
    case Kind::kDescriptor:
      add("DESCRIPTOR");
      return addNames(e.as<ParsedDescriptor>().columns);
    case Kind::kTableArgument:
      return writeTableArgument(e.as<ParsedTableArgument>());
    case Kind::kModelArgument:
      add("MODEL ");
      return addName(e.as<ParsedModelArgument>().model);
  }
}

void SqlWriter::writeColumn(const ParsedColumn& column) {
  if (expansion_ != nullptr && expansion_->columns.contains(&column))
    return addPath(expansion_->columns.at(&column));
  addPath(column.parts);
}

void SqlWriter::writeStar(const ParsedStar& star) {
  if (expansion_ != nullptr && expansion_->stars.contains(&star)) {
    return addList(expansion_->stars.at(&star),
                   [this](const QueryExpansion::Path& path) { addPath(path); });
  }
  for (const std::string& part : star.qualifier) {
    addName(part);
    add(".");
  }
  add("*");
}

void SqlWriter::writeFieldAccess(const ParsedFieldAccess& access) {
  // A column would become part of a longer path, and a number takes a point.
  bool parentheses = access.base->is<ParsedColumn>() || access.base->is<ParsedLiteral>();
  if (parentheses) add("(");
  writeOperand(*access.base, kPrimaryPrecedence);
  add(parentheses ? ")." : ".");
  addName(access.field.name);
}

void SqlWriter::writeBetween(const ParsedBetween& between) {
  writeOperand(*between.operand, kPredicatePrecedence + 1);
  add(between.negated ? " NOT BETWEEN " : " BETWEEN ");
  if (between.symmetric)
    add("SYMMETRIC ");
  else if (expansion_ != nullptr)
    add("ASYMMETRIC ");
  writeOperand(*between.low, kTermPrecedence);
  add(" AND ");
  writeOperand(*between.high, kPredicatePrecedence + 1);
}

void SqlWriter::writeLiteral(const ParsedLiteral& literal) {
  using Type = ParsedLiteral::Type;
  switch (literal.type) {
    case Type::kNull:
      return add("NULL");
    case Type::kTrue:
      return add("TRUE");
    case Type::kFalse:
      return add("FALSE");
    case Type::kUnknown:
      return add("UNKNOWN");
    case Type::kExactNumber:
    case Type::kApproximateNumber:
      return add(literal.text);
    case Type::kString:
      return expansion_ != nullptr ? addUnicodeString(literal.text) : addString(literal.text);
    case Type::kBinary:
      add("X'");
      for (unsigned char c : literal.text) add(fmt::format("{:02X}", c));
      return add("'");
    case Type::kDate:
      add("DATE ");
      break;
    case Type::kTime:
      add("TIME ");
      break;
    case Type::kTimestamp:
      add("TIMESTAMP ");
      break;
    case Type::kTimestampLtz:
      add("TIMESTAMP WITH LOCAL TIME ZONE ");
      break;
    case Type::kInterval:
      add(literal.negative ? "INTERVAL -" : "INTERVAL ");
      break;
  }
  addString(literal.text);
  if (literal.interval) add(" " + literal.interval->toString());
}

void SqlWriter::writeUnary(const ParsedUnary& unary) {
  std::string_view name = unaryOpName(unary.op);
  if (precedenceOf(unary) == kIsPrecedence) {
    writeOperand(*unary.operand, kIsPrecedence);
    add(" ");
    return add(name);
  }
  add(name);
  bool sign = unary.op == ParsedUnary::Op::kMinus || unary.op == ParsedUnary::Op::kPlus;
  // Two signs in a row would start a comment.
  bool number = sign && unary.operand->is<ParsedLiteral>();
  if (!sign || unary.operand->is<ParsedUnary>() || (expansion_ != nullptr && !number)) add(" ");
  writeOperand(*unary.operand, precedenceOf(unary));
}

void SqlWriter::writeBinary(const ParsedBinary& binary) {
  int precedence = binaryPrecedence(binary.op);
  writeOperand(*binary.left, precedence);
  add(" ");
  add(binaryOpName(binary.op));
  add(" ");
  writeOperand(*binary.right, precedence + 1);
}

void SqlWriter::writeIn(const ParsedExpression& operand, bool negated) {
  writeOperand(operand, kPredicatePrecedence + 1);
  add(negated ? " NOT IN " : " IN ");
}

void SqlWriter::writeQuantified(const ParsedQuantified& quantified) {
  writeOperand(*quantified.operand, binaryPrecedence(quantified.op));
  add(fmt::format(" {} {} ", binaryOpName(quantified.op), quantified.all ? "ALL" : "SOME"));
  if (quantified.query) return writeIn(*quantified.query);
  add("(");
  addExpressions(quantified.items);
  add(")");
}

void SqlWriter::writeLike(const ParsedLike& like) {
  writeOperand(*like.operand, kPredicatePrecedence + 1);
  add(like.negated ? " NOT " : " ");
  switch (like.type) {
    case ParsedLike::Type::kLike:
      add("LIKE ");
      break;
    case ParsedLike::Type::kIlike:
      add("ILIKE ");
      break;
    case ParsedLike::Type::kRlike:
      add("RLIKE ");
      break;
    case ParsedLike::Type::kSimilarTo:
      add("SIMILAR TO ");
      break;
  }
  writeOperand(*like.pattern, kPredicatePrecedence + 1);
  if (!like.escape) return;
  add(" ESCAPE ");
  writeOperand(*like.escape, kPredicatePrecedence + 1);
}

void SqlWriter::writeIsJson(const ParsedIsJson& json) {
  writeOperand(*json.operand, kIsPrecedence);
  add(json.negated ? " IS NOT JSON " : " IS JSON ");
  switch (json.type) {
    case ParsedIsJson::Type::kValue:
      return add("VALUE");
    case ParsedIsJson::Type::kObject:
      return add("OBJECT");
    case ParsedIsJson::Type::kArray:
      return add("ARRAY");
    case ParsedIsJson::Type::kScalar:
      return add("SCALAR");
  }
}

void SqlWriter::writeCase(const ParsedCase& node) {
  add("CASE");
  bool expanded = expansion_ != nullptr;
  if (node.operand && !expanded) {
    add(" ");
    write(*node.operand);
  }
  for (const ParsedCase::Branch& branch : node.branches) {
    add(" WHEN ");
    if (node.operand && expanded) {
      writeOperand(*node.operand, kPredicatePrecedence);
      add(branch.conditions.size() == 1 ? " = " : " IN (");
    }
    addExpressions(branch.conditions);
    if (node.operand && expanded && branch.conditions.size() > 1) add(")");
    add(" THEN ");
    write(*branch.result);
  }
  if (!node.otherwise && expanded) add(" ELSE NULL");
  if (node.otherwise) {
    add(" ELSE ");
    write(*node.otherwise);
  }
  add(" END");
}

void SqlWriter::writeConstructor(const ParsedConstructor& constructor) {
  using Type = ParsedConstructor::Type;
  switch (constructor.type) {
    case Type::kArray:
      add("ARRAY");
      break;
    case Type::kMap:
      add("MAP");
      break;
    case Type::kMultiset:
      add("MULTISET");
      break;
    case Type::kRow:
      add(constructor.withKeyword ? "ROW" : "");
      break;
  }
  if (constructor.query) return writeIn(*constructor.query);
  bool row = constructor.type == Type::kRow;
  add(row ? "(" : "[");
  addExpressions(constructor.items);
  add(row ? ")" : "]");
}

void SqlWriter::writeTableArgument(const ParsedTableArgument& argument) {
  bool table = argument.query->body->is<ParsedTableBody>() && argument.query->with.empty() &&
               argument.query->orderBy.empty() && !argument.query->limit && !argument.query->offset;
  if (expansion_ != nullptr)
    writeIn(*argument.query);
  else if (table)
    write(*argument.query);
  else {
    add("TABLE ");
    writeIn(*argument.query);
  }
  if (!argument.partitionBy.empty()) {
    bool bare = expansion_ != nullptr && argument.partitionBy.size() == 1;
    add(bare ? " PARTITION BY " : " PARTITION BY (");
    addExpressions(argument.partitionBy);
    if (!bare) add(")");
  }
  if (argument.orderBy.empty()) return;
  add(" ORDER BY (");
  writeOrderItems(argument.orderBy);
  add(")");
}

void SqlWriter::writeCallName(const ParsedCall& call) {
  if (call.name.parts.size() != 1) return addName(call.name);
  std::string upper = call.upperName();
  bool plain = call.withoutParentheses ||
               (isSyntaxName(upper) ? call.name.last() == upper && hasSyntaxForm(call)
                                    : isPlainCallName(call.name.last(), upper));
  if (plain) return add(expansion_ != nullptr ? upper : call.name.last());
  addName(call.name);
}

void SqlWriter::writeCall(const ParsedCall& call) {
  writeCallName(call);
  if (call.withoutParentheses) return;
  add("(");
  if (!writeSpecialArguments(call)) writeCallArguments(call);
  add(")");
  using Treatment = ParsedCall::NullTreatment;
  if (call.nullTreatment == Treatment::kIgnore) add(" IGNORE NULLS");
  if (call.nullTreatment == Treatment::kRespect) add(" RESPECT NULLS");
  if (!call.withinGroup.empty()) {
    add(" WITHIN GROUP (ORDER BY ");
    writeOrderItems(call.withinGroup);
    add(")");
  }
  if (call.filter) {
    add(" FILTER (WHERE ");
    write(*call.filter);
    add(")");
  }
  if (!call.over) return;
  add(" OVER ");
  const ParsedWindowSpecification& over = *call.over;
  bool named =
      !over.baseName.empty() && over.partitionBy.empty() && over.orderBy.empty() && !over.frame;
  if (named) return addName(over.baseName);
  write(over);
}

void SqlWriter::writeCallArguments(const ParsedCall& call) {
  if (call.json) return writeJsonArguments(call);
  if (call.distinct) add("DISTINCT ");
  addExpressions(call.args);
}

// The words between arguments that some functions have.
bool SqlWriter::writeSpecialArguments(const ParsedCall& call) {
  if (call.name.parts.size() != 1 || call.json || !hasSyntaxForm(call)) return false;
  const std::string& name = call.name.last();
  auto join = [this, &call](std::initializer_list<std::string_view> words) {
    auto word = words.begin();
    for (size_t i = 0; i < call.args.size(); ++i) {
      if (i > 0) add(*word++);
      write(*call.args[i]);
    }
    return true;
  };
  size_t count = call.args.size();
  if (name == "EXTRACT") return join({" FROM "});
  if (name == "TRIM") return join({" ", " FROM "});
  if (name == "POSITION") {
    writeOperand(*call.args[0], kTermPrecedence);
    add(" IN ");
    write(*call.args[1]);
    if (count == 3) {
      add(" FROM ");
      write(*call.args[2]);
    }
    return true;
  }
  if (name == "OVERLAY") return join({" PLACING ", " FROM ", " FOR "});
  if ((name == "FLOOR" || name == "CEIL") && count == 2) return join({" TO "});
  return false;
}

void SqlWriter::writeJsonBehavior(ParsedJsonClauses::Behavior behavior,
                                  const ParsedExpressionPtr& value, std::string_view on) {
  using Behavior = ParsedJsonClauses::Behavior;
  switch (behavior) {
    case Behavior::kUnspecified:
      return;
    case Behavior::kNull:
      add(" NULL");
      break;
    case Behavior::kError:
      add(" ERROR");
      break;
    case Behavior::kDefault:
      add(" DEFAULT ");
      write(*value);
      break;
    case Behavior::kTrue:
      add(" TRUE");
      break;
    case Behavior::kFalse:
      add(" FALSE");
      break;
    case Behavior::kUnknown:
      add(" UNKNOWN");
      break;
    case Behavior::kEmptyArray:
      add(" EMPTY ARRAY");
      break;
    case Behavior::kEmptyObject:
      add(" EMPTY OBJECT");
      break;
  }
  add(fmt::format(" ON {}", on));
}

void SqlWriter::writeJsonArguments(const ParsedCall& call) {
  const ParsedJsonClauses& json = *call.json;
  bool pairs = call.name.last() == "JSON_OBJECT" || call.name.last() == "JSON_OBJECTAGG";
  for (size_t i = 0; i < call.args.size(); ++i) {
    if (pairs && i % 2 == 0)
      add(i == 0 ? "KEY " : ", KEY ");
    else if (i > 0)
      add(pairs ? " VALUE " : ", ");
    write(*call.args[i]);
  }
  if (json.returning) {
    add(" RETURNING ");
    write(*json.returning);
  }
  switch (json.wrapper) {
    case ParsedJsonClauses::Wrapper::kUnspecified:
      break;
    case ParsedJsonClauses::Wrapper::kWithout:
      add(" WITHOUT ARRAY WRAPPER");
      break;
    case ParsedJsonClauses::Wrapper::kConditional:
      add(" WITH CONDITIONAL ARRAY WRAPPER");
      break;
    case ParsedJsonClauses::Wrapper::kUnconditional:
      add(" WITH UNCONDITIONAL ARRAY WRAPPER");
      break;
  }
  writeJsonBehavior(json.onEmpty, json.defaultOnEmpty, "EMPTY");
  writeJsonBehavior(json.onError, json.defaultOnError, "ERROR");
  if (json.onNull == ParsedJsonClauses::OnNull::kUnspecified) return;
  if (!call.args.empty()) add(" ");
  add(json.onNull == ParsedJsonClauses::OnNull::kNull ? "NULL ON NULL" : "ABSENT ON NULL");
}

void SqlWriter::writeOrderItems(const std::vector<ParsedOrderItem>& items) {
  addList(items, [this](const ParsedOrderItem& item) {
    write(*item.expression);
    if (item.descending) add(" DESC");
    if (item.nulls == ParsedOrderItem::Nulls::kFirst) add(" NULLS FIRST");
    if (item.nulls == ParsedOrderItem::Nulls::kLast) add(" NULLS LAST");
  });
}

void SqlWriter::writeFrameBound(const ParsedFrameBound& bound) {
  using Type = ParsedFrameBound::Type;
  switch (bound.type) {
    case Type::kUnboundedPreceding:
      return add("UNBOUNDED PRECEDING");
    case Type::kUnboundedFollowing:
      return add("UNBOUNDED FOLLOWING");
    case Type::kCurrentRow:
      return add("CURRENT ROW");
    case Type::kPreceding:
    case Type::kFollowing:
      writeOperand(*bound.offset, kTermPrecedence);
      return add(bound.type == Type::kPreceding ? " PRECEDING" : " FOLLOWING");
  }
}

void SqlWriter::write(const ParsedWindowSpecification& window) {
  std::string_view separator = "";
  add("(");
  if (!window.baseName.empty()) {
    addName(window.baseName);
    separator = " ";
  }
  if (!window.partitionBy.empty()) {
    add(separator);
    add("PARTITION BY ");
    addExpressions(window.partitionBy);
    separator = " ";
  }
  if (!window.orderBy.empty()) {
    add(separator);
    add("ORDER BY ");
    writeOrderItems(window.orderBy);
    separator = " ";
  }
  if (window.frame) {
    add(separator);
    add(window.frame->rows ? "ROWS BETWEEN " : "RANGE BETWEEN ");
    writeFrameBound(window.frame->start);
    add(" AND ");
    writeFrameBound(window.frame->end);
  }
  add(")");
}

}  // namespace millrace
