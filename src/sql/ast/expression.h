// Expressions of the syntax tree.
//
//   const ParsedExpression& e = ...;
//   if (const auto* call = e.tryAs<ParsedCall>()) bindCall(*call);
//   switch (e.kind) {
//     case ParsedExpression::Kind::kLiteral: return bind(e.as<ParsedLiteral>());
//     ...
//   }
//
// Syntax that only looks special is an ordinary ParsedCall with an upper-case name and positional
// arguments; words such as units and trim flags are ParsedSymbol arguments:
//   EXTRACT(unit FROM x)           EXTRACT(symbol, x)
//   POSITION(a IN b [FROM c])      POSITION(a, b[, c])
//   SUBSTRING(x FROM a [FOR b])    SUBSTRING(x, a[, b])
//   TRIM([flag] [a] FROM b)        TRIM(symbol, a, b), TRIM(b) gives TRIM(BOTH, ' ', b)
//   OVERLAY(x PLACING y FROM a [FOR b])  OVERLAY(x, y, a[, b])
//   FLOOR(x TO unit), CEIL(x TO unit)    FLOOR(x, symbol)
//   TIMESTAMPADD(unit, n, t), TIMESTAMPDIFF(unit, a, b)   the unit is a symbol
//   CURRENT_TIMESTAMP, CURRENT_DATE, USER, ...            without arguments, `withoutParentheses`
//   INTERVAL x unit (x is no string)                      x * INTERVAL '1' unit
// A sign before a number is a ParsedUnary around the literal.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "sql/ast/node.h"
#include "sql/ast/owned.h"
#include "sql/ast/type_name.h"

namespace millrace {

struct ParsedQuery;
// Let Owned<ParsedQuery> be a member while ParsedQuery is incomplete.
void deleteNode(ParsedQuery* query);
ParsedQuery* cloneNode(const ParsedQuery& query);

struct ParsedExpression : ParsedNode {
  enum class Kind : uint8_t {
    kLiteral,
    kColumn,
    kStar,
    kFieldAccess,
    kSubscript,
    kUnary,
    kBinary,
    kBetween,
    kInList,
    kInQuery,
    kQuantified,
    kExists,
    kScalarQuery,
    kLike,
    kIsJson,
    kCase,
    kCast,
    kCall,
    kSymbol,
    kConstructor,
    kNamedArgument,
    kDefault,
    kDescriptor,
    kTableArgument,
    kModelArgument,
  };

  explicit ParsedExpression(Kind expressionKind) : kind(expressionKind) {}
  virtual ~ParsedExpression() = default;

  const Kind kind;

  virtual std::unique_ptr<ParsedExpression> clone() const = 0;

  template <typename T>
  bool is() const {
    return kind == T::kKind;
  }
  // Requires: is<T>().
  template <typename T>
  const T& as() const {
    CHECK(is<T>());
    return static_cast<const T&>(*this);
  }
  template <typename T>
  T& as() {
    CHECK(is<T>());
    return static_cast<T&>(*this);
  }
  template <typename T>
  const T* tryAs() const {
    return is<T>() ? static_cast<const T*>(this) : nullptr;
  }

  // SQL text that parses to the same tree; names are quoted.
  std::string toString() const;

 protected:
  ParsedExpression(const ParsedExpression&) = default;
};

using ParsedExpressionPtr = Owned<ParsedExpression>;

// Gives a node struct its kind and its deep copy.
template <typename Node, ParsedExpression::Kind kNodeKind>
struct ParsedExpressionOf : ParsedExpression {
  static constexpr Kind kKind = kNodeKind;
  ParsedExpressionOf() : ParsedExpression(kNodeKind) {}
  std::unique_ptr<ParsedExpression> clone() const override {
    return std::make_unique<Node>(static_cast<const Node&>(*this));
  }
};

struct ParsedLiteral : ParsedExpressionOf<ParsedLiteral, ParsedExpression::Kind::kLiteral> {
  enum class Type : uint8_t {
    kNull,
    kTrue,
    kFalse,
    kUnknown,
    kExactNumber,        // 12, 1.50: text holds the digits and the point
    kApproximateNumber,  // 1e3
    kString,             // text: UTF-8 without quotes and escapes
    kBinary,             // text: the bytes
    kDate,               // text: what stands between the quotes, unchecked
    kTime,
    kTimestamp,
    kTimestampLtz,  // TIMESTAMP WITH LOCAL TIME ZONE '..'
    kInterval,      // text with `negative` and `interval`
  };

  Type type = Type::kNull;
  std::string text;
  // The sign that stands between INTERVAL and its text.
  bool negative = false;
  std::optional<ParsedIntervalQualifier> interval;
};

// A name or a path of names: column, table.column, row_column.field, ... The binder decides which.
struct ParsedColumn : ParsedExpressionOf<ParsedColumn, ParsedExpression::Kind::kColumn> {
  std::vector<std::string> parts;
};

// * or t.*; in a select list or as COUNT(*).
struct ParsedStar : ParsedExpressionOf<ParsedStar, ParsedExpression::Kind::kStar> {
  std::vector<std::string> qualifier;
};

// (expression).field
struct ParsedFieldAccess
    : ParsedExpressionOf<ParsedFieldAccess, ParsedExpression::Kind::kFieldAccess> {
  ParsedExpressionPtr base;
  ParsedIdentifier field;
};

// array[index], map[key], row[index or 'field']
struct ParsedSubscript : ParsedExpressionOf<ParsedSubscript, ParsedExpression::Kind::kSubscript> {
  ParsedExpressionPtr base;
  ParsedExpressionPtr index;
};

struct ParsedUnary : ParsedExpressionOf<ParsedUnary, ParsedExpression::Kind::kUnary> {
  enum class Op : uint8_t {
    kNot,
    kMinus,
    kPlus,
    kIsNull,
    kIsNotNull,
    kIsTrue,
    kIsNotTrue,
    kIsFalse,
    kIsNotFalse,
    kIsUnknown,
    kIsNotUnknown,
    kIsASet,
    kIsNotASet,
    kIsEmpty,
    kIsNotEmpty,
    kRunning,  // MATCH_RECOGNIZE only, as is kFinal
    kFinal,
  };

  Op op = Op::kNot;
  ParsedExpressionPtr operand;
};

struct ParsedBinary : ParsedExpressionOf<ParsedBinary, ParsedExpression::Kind::kBinary> {
  enum class Op : uint8_t {
    kOr,
    kAnd,
    kEqual,
    kNotEqual,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kIsDistinctFrom,
    kIsNotDistinctFrom,
    kAdd,
    kSubtract,
    kMultiply,
    kDivide,
    kModulo,
    kConcat,
    kMemberOf,
    kSubmultisetOf,
    kOverlaps,
    kMultisetUnion,
    kMultisetUnionDistinct,
    kMultisetIntersect,
    kMultisetIntersectDistinct,
    kMultisetExcept,
    kMultisetExceptDistinct,
  };

  Op op = Op::kAnd;
  SourcePosition operatorPosition;
  ParsedExpressionPtr left;
  ParsedExpressionPtr right;
};

// "=", "<>", "IS DISTINCT FROM", ...
const char* binaryOpName(ParsedBinary::Op op);
// "NOT", "-", "IS NULL", ...
const char* unaryOpName(ParsedUnary::Op op);

struct ParsedBetween : ParsedExpressionOf<ParsedBetween, ParsedExpression::Kind::kBetween> {
  ParsedExpressionPtr operand;
  ParsedExpressionPtr low;
  ParsedExpressionPtr high;
  bool negated = false;
  bool symmetric = false;
};

struct ParsedInList : ParsedExpressionOf<ParsedInList, ParsedExpression::Kind::kInList> {
  ParsedExpressionPtr operand;
  std::vector<ParsedExpressionPtr> items;
  bool negated = false;
};

struct ParsedInQuery : ParsedExpressionOf<ParsedInQuery, ParsedExpression::Kind::kInQuery> {
  ParsedExpressionPtr operand;
  Owned<ParsedQuery> query;
  bool negated = false;
};

// operand op ANY|SOME|ALL (query) or (list); SOME is kAny.
struct ParsedQuantified
    : ParsedExpressionOf<ParsedQuantified, ParsedExpression::Kind::kQuantified> {
  ParsedExpressionPtr operand;
  ParsedBinary::Op op = ParsedBinary::Op::kEqual;
  bool all = false;
  Owned<ParsedQuery> query;  // null: `items`
  std::vector<ParsedExpressionPtr> items;
};

struct ParsedExists : ParsedExpressionOf<ParsedExists, ParsedExpression::Kind::kExists> {
  Owned<ParsedQuery> query;
};

struct ParsedScalarQuery
    : ParsedExpressionOf<ParsedScalarQuery, ParsedExpression::Kind::kScalarQuery> {
  Owned<ParsedQuery> query;
};

struct ParsedLike : ParsedExpressionOf<ParsedLike, ParsedExpression::Kind::kLike> {
  enum class Type : uint8_t { kLike, kIlike, kRlike, kSimilarTo };

  Type type = Type::kLike;
  ParsedExpressionPtr operand;
  ParsedExpressionPtr pattern;
  ParsedExpressionPtr escape;  // or null
  bool negated = false;
};

// operand IS [NOT] JSON [VALUE | OBJECT | ARRAY | SCALAR]
struct ParsedIsJson : ParsedExpressionOf<ParsedIsJson, ParsedExpression::Kind::kIsJson> {
  enum class Type : uint8_t { kValue, kObject, kArray, kScalar };

  Type type = Type::kValue;
  ParsedExpressionPtr operand;
  bool negated = false;
};

struct ParsedCase : ParsedExpressionOf<ParsedCase, ParsedExpression::Kind::kCase> {
  struct Branch {
    // Of the form with an operand, `conditions` are the values (WHEN 1, 2 THEN); otherwise one.
    std::vector<ParsedExpressionPtr> conditions;
    ParsedExpressionPtr result;
  };

  ParsedExpressionPtr operand;  // or null
  std::vector<Branch> branches;
  ParsedExpressionPtr otherwise;  // or null
};

struct ParsedCast : ParsedExpressionOf<ParsedCast, ParsedExpression::Kind::kCast> {
  ParsedExpressionPtr operand;
  ParsedTypeName type;
  bool isTry = false;
};

struct ParsedOrderItem {
  enum class Nulls : uint8_t { kDefault, kFirst, kLast };

  ParsedExpressionPtr expression;
  bool descending = false;
  Nulls nulls = Nulls::kDefault;
};

struct ParsedFrameBound {
  enum class Type : uint8_t {
    kUnboundedPreceding,
    kPreceding,
    kCurrentRow,
    kFollowing,
    kUnboundedFollowing,
  };

  SourcePosition position;
  Type type = Type::kCurrentRow;
  ParsedExpressionPtr offset;  // of kPreceding and kFollowing
};

struct ParsedFrame {
  bool rows = false;  // otherwise RANGE
  ParsedFrameBound start;
  ParsedFrameBound end;  // CURRENT ROW when not written
};

// The parentheses after OVER or WINDOW name AS.
struct ParsedWindowSpecification : ParsedNode {
  std::string baseName;  // a named window that this one refines, or empty
  std::vector<ParsedExpressionPtr> partitionBy;
  std::vector<ParsedOrderItem> orderBy;
  std::optional<ParsedFrame> frame;

  std::unique_ptr<ParsedWindowSpecification> clone() const {
    return std::make_unique<ParsedWindowSpecification>(*this);
  }
  std::string toString() const;
};

// What JSON_VALUE and its relatives have beside arguments. JSON_OBJECT and JSON_OBJECTAGG list keys
// and values in turn as arguments.
struct ParsedJsonClauses {
  enum class Behavior : uint8_t {
    kUnspecified,
    kNull,
    kError,
    kDefault,  // JSON_VALUE: defaultOn...
    kTrue,     // JSON_EXISTS, as are kFalse and kUnknown
    kFalse,
    kUnknown,
    kEmptyArray,  // JSON_QUERY
    kEmptyObject,
  };
  enum class Wrapper : uint8_t { kUnspecified, kWithout, kConditional, kUnconditional };
  enum class OnNull : uint8_t { kUnspecified, kNull, kAbsent };

  std::optional<ParsedTypeName> returning;
  Wrapper wrapper = Wrapper::kUnspecified;
  // KEEP QUOTES, OMIT QUOTES of JSON_QUERY.
  std::optional<bool> keepQuotes;
  Behavior onEmpty = Behavior::kUnspecified;
  Behavior onError = Behavior::kUnspecified;
  ParsedExpressionPtr defaultOnEmpty;
  ParsedExpressionPtr defaultOnError;
  OnNull onNull = OnNull::kUnspecified;
  // WITH UNIQUE KEYS, parsed only.
  bool uniqueKeys = false;

  std::unique_ptr<ParsedJsonClauses> clone() const {
    return std::make_unique<ParsedJsonClauses>(*this);
  }
};

struct ParsedCall : ParsedExpressionOf<ParsedCall, ParsedExpression::Kind::kCall> {
  enum class NullTreatment : uint8_t { kUnspecified, kRespect, kIgnore };

  // As written, except that syntax words (see the top) are upper case. Function names are found
  // without regard to case.
  ParsedName name;
  // COUNT(*) has one ParsedStar.
  std::vector<ParsedExpressionPtr> args;
  bool distinct = false;
  bool withoutParentheses = false;
  ParsedExpressionPtr filter;                // FILTER (WHERE ...), or null
  std::vector<ParsedOrderItem> withinGroup;  // WITHIN GROUP (ORDER BY ...), or ORDER BY inside
  NullTreatment nullTreatment = NullTreatment::kUnspecified;
  // OVER (...), or OVER name: a specification with only baseName. Null without OVER.
  Owned<ParsedWindowSpecification> over;
  Owned<ParsedJsonClauses> json;  // null unless a JSON function with clauses

  // The unqualified name in upper case.
  std::string upperName() const;
};

struct ParsedSymbol : ParsedExpressionOf<ParsedSymbol, ParsedExpression::Kind::kSymbol> {
  // A time unit, or otherwise a word: BOTH, LEADING, TRAILING.
  std::optional<ParsedTimeUnit> unit;
  std::string word;  // upper case; of a unit its canonical name
};

// ARRAY[..], MAP[k, v, ..], MULTISET[..], ROW(..), (a, b); or ARRAY(query), MAP(query),
// MULTISET(query).
struct ParsedConstructor
    : ParsedExpressionOf<ParsedConstructor, ParsedExpression::Kind::kConstructor> {
  enum class Type : uint8_t { kArray, kMap, kMultiset, kRow };

  Type type = Type::kRow;
  bool withKeyword = true;  // false: (a, b)
  std::vector<ParsedExpressionPtr> items;
  Owned<ParsedQuery> query;
};

// name => value in a call.
struct ParsedNamedArgument
    : ParsedExpressionOf<ParsedNamedArgument, ParsedExpression::Kind::kNamedArgument> {
  std::string name;
  ParsedExpressionPtr value;
};

// DEFAULT as an argument or an inserted value.
struct ParsedDefault : ParsedExpressionOf<ParsedDefault, ParsedExpression::Kind::kDefault> {};

// DESCRIPTOR(a, b)
struct ParsedDescriptor
    : ParsedExpressionOf<ParsedDescriptor, ParsedExpression::Kind::kDescriptor> {
  std::vector<ParsedIdentifier> columns;
};

// TABLE name, TABLE (query) or a query as an argument of a table function, with its partitioning.
struct ParsedTableArgument
    : ParsedExpressionOf<ParsedTableArgument, ParsedExpression::Kind::kTableArgument> {
  Owned<ParsedQuery> query;  // of `TABLE name` a query whose body is ParsedTableBody
  std::vector<ParsedExpressionPtr> partitionBy;
  std::vector<ParsedOrderItem> orderBy;
};

// MODEL name as an argument of a table function.
struct ParsedModelArgument
    : ParsedExpressionOf<ParsedModelArgument, ParsedExpression::Kind::kModelArgument> {
  ParsedName model;
};

// Calls `visit` for every direct child expression, in order; does not enter queries.
void forEachChild(const ParsedExpression& expression,
                  const std::function<void(const ParsedExpression&)>& visit);
// Calls `visit` for every query directly below (not those below child expressions).
void forEachQuery(const ParsedExpression& expression,
                  const std::function<void(const ParsedQuery&)>& visit);

// `name` in back-ticks, with doubled back-ticks inside.
std::string quoteIdentifier(const std::string& name);
// 'text' in quotes, with doubled quotes inside.
std::string quoteString(const std::string& text);

}  // namespace millrace
