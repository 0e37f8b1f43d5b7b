#include "sql/ast/expression.h"

#include "sql/ast/query.h"
#include "sql/ast/sql_writer.h"

namespace millrace {

namespace {

using Visit = std::function<void(const ParsedExpression&)>;
using Kind = ParsedExpression::Kind;

void visitOne(const ParsedExpressionPtr& expression, const Visit& visit) {
  if (expression) visit(*expression);
}

void visitAll(const std::vector<ParsedExpressionPtr>& expressions, const Visit& visit) {
  for (const ParsedExpressionPtr& expression : expressions) visitOne(expression, visit);
}

void visitAll(const std::vector<ParsedOrderItem>& items, const Visit& visit) {
  for (const ParsedOrderItem& item : items) visitOne(item.expression, visit);
}

void visitCase(const ParsedCase& node, const Visit& visit) {
  visitOne(node.operand, visit);
  for (const ParsedCase::Branch& branch : node.branches) {
    visitAll(branch.conditions, visit);
    visitOne(branch.result, visit);
  }
  visitOne(node.otherwise, visit);
}

void visitCall(const ParsedCall& call, const Visit& visit) {
  visitAll(call.args, visit);
  visitOne(call.filter, visit);
  visitAll(call.withinGroup, visit);
  if (call.json) {
    visitOne(call.json->defaultOnEmpty, visit);
    visitOne(call.json->defaultOnError, visit);
  }
  if (!call.over) return;
  visitAll(call.over->partitionBy, visit);
  visitAll(call.over->orderBy, visit);
  if (!call.over->frame) return;
  visitOne(call.over->frame->start.offset, visit);
  visitOne(call.over->frame->end.offset, visit);
}

}  // namespace

void forEachChild(const ParsedExpression& e, const Visit& visit) {
  switch (e.kind) {
    case Kind::kLiteral:
    case Kind::kColumn:
    case Kind::kStar:
    case Kind::kSymbol:
    case Kind::kDefault:
    case Kind::kDescriptor:
    case Kind::kModelArgument:
    case Kind::kExists:
    case Kind::kScalarQuery:
      return;
    case Kind::kFieldAccess:
      return visitOne(e.as<ParsedFieldAccess>().base, visit);
    case Kind::kSubscript:
      visitOne(e.as<ParsedSubscript>().base, visit);
      return visitOne(e.as<ParsedSubscript>().index, visit);
    case Kind::kUnary:
      return visitOne(e.as<ParsedUnary>().operand, visit);
    case Kind::kBinary:
      visitOne(e.as<ParsedBinary>().left, visit);
      return visitOne(e.as<ParsedBinary>().right, visit);
    case Kind::kBetween:
      visitOne(e.as<ParsedBetween>().operand, visit);
      visitOne(e.as<ParsedBetween>().low, visit);
      return visitOne(e.as<ParsedBetween>().high, visit);
    case Kind::kInList:
      visitOne(e.as<ParsedInList>().operand, visit);
      return visitAll(e.as<ParsedInList>().items, visit);
    case Kind::kInQuery:
      return visitOne(e.as<ParsedInQuery>().operand, visit);
    case Kind::kQuantified:
      visitOne(e.as<ParsedQuantified>().operand, visit);
      return visitAll(e.as<ParsedQuantified>().items, visit);
    case Kind::kLike:
      visitOne(e.as<ParsedLike>().operand, visit);
      visitOne(e.as<ParsedLike>().pattern, visit);
      return visitOne(e.as<ParsedLike>().escape, visit);
    case Kind::kIsJson:
      return visitOne(e.as<ParsedIsJson>().operand, visit);
    case Kind::kCase:
      return visitCase(e.as<ParsedCase>(), visit);
    case Kind::kCast:
      return visitOne(e.as<ParsedCast>().operand, visit);
    case Kind::kCall:
      return visitCall(e.as<ParsedCall>(), visit);
    case Kind::kConstructor:
      return visitAll(e.as<ParsedConstructor>().items, visit);
    case Kind::kNamedArgument:
      return visitOne(e.as<ParsedNamedArgument>().value, visit);
    case Kind::kTableArgument:
      visitAll(e.as<ParsedTableArgument>().partitionBy, visit);
      return visitAll(e.as<ParsedTableArgument>().orderBy, visit);
  }
}

void forEachQuery(const ParsedExpression& e, const std::function<void(const ParsedQuery&)>& visit) {
  const Owned<ParsedQuery>* query = nullptr;
  if (const auto* in = e.tryAs<ParsedInQuery>())
    query = &in->query;
  else if (const auto* any = e.tryAs<ParsedQuantified>())
    query = &any->query;
  else if (const auto* exists = e.tryAs<ParsedExists>())
    query = &exists->query;
  else if (const auto* scalar = e.tryAs<ParsedScalarQuery>())
    query = &scalar->query;
  else if (const auto* array = e.tryAs<ParsedConstructor>())
    query = &array->query;
  else if (const auto* table = e.tryAs<ParsedTableArgument>())
    query = &table->query;
  if (query != nullptr && *query) visit(**query);
}

void deleteNode(ParsedQuery* query) { delete query; }

ParsedQuery* cloneNode(const ParsedQuery& query) { return query.clone().release(); }

std::string ParsedCall::upperName() const {
  std::string upper = name.empty() ? std::string() : name.last();
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return upper;
}

std::string ParsedName::toString() const {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += '.';
    out += part;
  }
  return out;
}

std::string ParsedExpression::toString() const {
  SqlWriter writer;
  writer.write(*this);
  return writer.take();
}

std::string ParsedWindowSpecification::toString() const {
  SqlWriter writer;
  writer.write(*this);
  return writer.take();
}

namespace {

std::string quote(const std::string& text, char mark) {
  std::string out(1, mark);
  for (char c : text) {
    if (c == mark) out += mark;
    out += c;
  }
  out += mark;
  return out;
}

}  // namespace

std::string quoteIdentifier(const std::string& name) { return quote(name, '`'); }
std::string quoteString(const std::string& text) { return quote(text, '\''); }

const char* binaryOpName(ParsedBinary::Op op) {
  using Op = ParsedBinary::Op;
  switch (op) {
    case Op::kOr:
      return "OR";
    case Op::kAnd:
      return "AND";
    case Op::kEqual:
      return "=";
    case Op::kNotEqual:
      return "<>";
    case Op::kLess:
      return "<";
    case Op::kLessOrEqual:
      return "<=";
    case Op::kGreater:
      return ">";
    case Op::kGreaterOrEqual:
      return ">=";
    case Op::kIsDistinctFrom:
      return "IS DISTINCT FROM";
    case Op::kIsNotDistinctFrom:
      return "IS NOT DISTINCT FROM";
    case Op::kAdd:
      return "+";
    case Op::kSubtract:
      return "-";
    case Op::kMultiply:
      return "*";
    case Op::kDivide:
      return "/";
    case Op::kModulo:
      return "%";
    case Op::kConcat:
      return "||";
    case Op::kMemberOf:
      return "MEMBER OF";
    case Op::kSubmultisetOf:
      return "SUBMULTISET OF";
    case Op::kOverlaps:
      return "OVERLAPS";
    case Op::kMultisetUnion:
      return "MULTISET UNION ALL";
    case Op::kMultisetUnionDistinct:
      return "MULTISET UNION DISTINCT";
    case Op::kMultisetIntersect:
      return "MULTISET INTERSECT ALL";
    case Op::kMultisetIntersectDistinct:
      return "MULTISET INTERSECT DISTINCT";
    case Op::kMultisetExcept:
      return "MULTISET EXCEPT ALL";
    case Op::kMultisetExceptDistinct:
      return "MULTISET EXCEPT DISTINCT";
  }
  return "";
}

const char* unaryOpName(ParsedUnary::Op op) {
  using Op = ParsedUnary::Op;
  switch (op) {
    case Op::kNot:
      return "NOT";
    case Op::kMinus:
      return "-";
    case Op::kPlus:
      return "+";
    case Op::kIsNull:
      return "IS NULL";
    case Op::kIsNotNull:
      return "IS NOT NULL";
    case Op::kIsTrue:
      return "IS TRUE";
    case Op::kIsNotTrue:
      return "IS NOT TRUE";
    case Op::kIsFalse:
      return "IS FALSE";
    case Op::kIsNotFalse:
      return "IS NOT FALSE";
    case Op::kIsUnknown:
      return "IS UNKNOWN";
    case Op::kIsNotUnknown:
      return "IS NOT UNKNOWN";
    case Op::kIsASet:
      return "IS A SET";
    case Op::kIsNotASet:
      return "IS NOT A SET";
    case Op::kIsEmpty:
      return "IS EMPTY";
    case Op::kIsNotEmpty:
      return "IS NOT EMPTY";
    case Op::kRunning:
      return "RUNNING";
    case Op::kFinal:
      return "FINAL";
  }
  return "";
}

}  // namespace millrace
