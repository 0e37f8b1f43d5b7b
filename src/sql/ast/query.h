// Queries and table references of the syntax tree.
//
// A ParsedQuery is [WITH ..] body [ORDER BY ..] [LIMIT ..]. A parenthesised query that has nothing
// around it is that query itself; otherwise it is the body ParsedNestedBody.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sql/ast/expression.h"

namespace millrace {

// One hint of /*+ NAME('k' = 'v', word, 'text', 12) */.
struct ParsedHint {
  SourcePosition position;
  std::string name;                     // as written
  std::vector<ParsedOption> options;    // the arguments of the form key = value
  std::vector<ParsedIdentifier> words;  // the other arguments: names, strings and numbers
};

struct ParsedQueryBody : ParsedNode {
  enum class Kind : uint8_t { kSelect, kValues, kTable, kSetOperation, kNested };

  explicit ParsedQueryBody(Kind bodyKind) : kind(bodyKind) {}
  virtual ~ParsedQueryBody() = default;

  const Kind kind;

  virtual std::unique_ptr<ParsedQueryBody> clone() const = 0;

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
  const T* tryAs() const {
    return is<T>() ? static_cast<const T*>(this) : nullptr;
  }

 protected:
  ParsedQueryBody(const ParsedQueryBody&) = default;
};

template <typename Node, ParsedQueryBody::Kind kNodeKind>
struct ParsedQueryBodyOf : ParsedQueryBody {
  static constexpr Kind kKind = kNodeKind;
  ParsedQueryBodyOf() : ParsedQueryBody(kNodeKind) {}
  std::unique_ptr<ParsedQueryBody> clone() const override {
    return std::make_unique<Node>(static_cast<const Node&>(*this));
  }
};

// name [(columns)] AS (query)
struct ParsedCommonTable {
  ParsedIdentifier name;
  std::vector<ParsedIdentifier> columns;
  Owned<ParsedQuery> query;
};

struct ParsedQuery : ParsedNode {
  std::vector<ParsedCommonTable> with;
  Owned<ParsedQueryBody> body;
  std::vector<ParsedOrderItem> orderBy;
  ParsedExpressionPtr offset;  // or null
  ParsedExpressionPtr limit;   // of LIMIT and of FETCH FIRST, or null

  std::unique_ptr<ParsedQuery> clone() const { return std::make_unique<ParsedQuery>(*this); }
  // SQL text on one line that parses to the same tree; names are quoted.
  std::string toString() const;
};

struct ParsedTableReference : ParsedNode {
  enum class Kind : uint8_t { kNamed, kSubquery, kFunction, kUnnest, kJoin, kMatchRecognize };

  explicit ParsedTableReference(Kind tableKind) : kind(tableKind) {}
  virtual ~ParsedTableReference() = default;

  const Kind kind;
  // [AS] alias [(columns)]; the name is empty without an alias.
  ParsedIdentifier alias;
  std::vector<ParsedIdentifier> aliasColumns;

  virtual std::unique_ptr<ParsedTableReference> clone() const = 0;

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
  const T* tryAs() const {
    return is<T>() ? static_cast<const T*>(this) : nullptr;
  }

  std::string toString() const;

 protected:
  ParsedTableReference(const ParsedTableReference&) = default;
};

template <typename Node, ParsedTableReference::Kind kNodeKind>
struct ParsedTableReferenceOf : ParsedTableReference {
  static constexpr Kind kKind = kNodeKind;
  ParsedTableReferenceOf() : ParsedTableReference(kNodeKind) {}
  std::unique_ptr<ParsedTableReference> clone() const override {
    return std::make_unique<Node>(static_cast<const Node&>(*this));
  }
};

struct ParsedNamedTable
    : ParsedTableReferenceOf<ParsedNamedTable, ParsedTableReference::Kind::kNamed> {
  ParsedName name;
  std::vector<ParsedHint> hints;
  ParsedExpressionPtr systemTime;  // FOR SYSTEM_TIME AS OF ..., or null
};

struct ParsedSubqueryTable
    : ParsedTableReferenceOf<ParsedSubqueryTable, ParsedTableReference::Kind::kSubquery> {
  Owned<ParsedQuery> query;
  bool lateral = false;
};

// TABLE(f(..)), LATERAL TABLE(f(..)) or f(..): a table function, window TVF or process table
// function. `call` holds the function with ParsedTableArgument, ParsedDescriptor and
// ParsedNamedArgument arguments.
struct ParsedFunctionTable
    : ParsedTableReferenceOf<ParsedFunctionTable, ParsedTableReference::Kind::kFunction> {
  Owned<ParsedExpression> call;  // a ParsedCall
  bool lateral = false;
  bool wrapped = true;  // written TABLE(..)

  const ParsedCall& function() const { return call->as<ParsedCall>(); }
};

struct ParsedUnnestTable
    : ParsedTableReferenceOf<ParsedUnnestTable, ParsedTableReference::Kind::kUnnest> {
  std::vector<ParsedExpressionPtr> args;
  bool withOrdinality = false;
  bool lateral = false;
};

struct ParsedJoin : ParsedTableReferenceOf<ParsedJoin, ParsedTableReference::Kind::kJoin> {
  enum class Type : uint8_t { kInner, kLeft, kRight, kFull, kCross, kComma };

  Type type = Type::kInner;
  bool natural = false;
  SourcePosition operatorPosition;
  Owned<ParsedTableReference> left;
  Owned<ParsedTableReference> right;
  ParsedExpressionPtr condition;               // ON, or null
  std::vector<ParsedIdentifier> usingColumns;  // USING
};

// The pattern of MATCH_RECOGNIZE.
struct ParsedPattern {
  enum class Type : uint8_t { kVariable, kConcatenation, kAlternation, kPermute, kExclusion };

  SourcePosition position;
  Type type = Type::kVariable;
  std::string variable;
  std::vector<ParsedPattern> children;
  // Repetition: {minimum, maximum}; {1, 1} without a quantifier, no maximum for unbounded.
  int64_t minimum = 1;
  std::optional<int64_t> maximum = 1;
  bool reluctant = false;

  std::string toString() const;
};

// input MATCH_RECOGNIZE (...) [AS alias]
struct ParsedMatchRecognize
    : ParsedTableReferenceOf<ParsedMatchRecognize, ParsedTableReference::Kind::kMatchRecognize> {
  struct Measure {
    ParsedExpressionPtr expression;
    ParsedIdentifier alias;
  };
  struct Subset {
    ParsedIdentifier name;
    std::vector<ParsedIdentifier> variables;
  };
  struct Definition {
    ParsedIdentifier variable;
    ParsedExpressionPtr condition;
  };
  enum class RowsPerMatch : uint8_t { kUnspecified, kOne, kAll };
  enum class AfterMatch : uint8_t {
    kUnspecified,
    kToNextRow,
    kPastLastRow,
    kToFirst,  // skipVariable
    kToLast,   // skipVariable
  };

  Owned<ParsedTableReference> input;
  std::vector<ParsedExpressionPtr> partitionBy;
  std::vector<ParsedOrderItem> orderBy;
  std::vector<Measure> measures;
  RowsPerMatch rowsPerMatch = RowsPerMatch::kUnspecified;
  AfterMatch afterMatch = AfterMatch::kUnspecified;
  ParsedIdentifier skipVariable;
  ParsedPattern pattern;
  bool strictStart = false;    // ^
  bool strictEnd = false;      // $
  ParsedExpressionPtr within;  // WITHIN interval, or null
  std::vector<Subset> subsets;
  std::vector<Definition> definitions;
};

struct ParsedSelectItem {
  ParsedExpressionPtr expression;  // a ParsedStar for * and t.*
  ParsedIdentifier alias;          // name empty without one
};

struct ParsedGroupingElement {
  enum class Type : uint8_t {
    kExpressions,   // one expression; (a, b) inside sets is one element with two; () has none
    kGroupingSets,  // children
    kCube,          // children
    kRollup,        // children
  };

  SourcePosition position;
  Type type = Type::kExpressions;
  std::vector<ParsedExpressionPtr> expressions;
  std::vector<ParsedGroupingElement> children;
};

struct ParsedNamedWindow {
  ParsedIdentifier name;
  ParsedWindowSpecification specification;
};

struct ParsedSelect : ParsedQueryBodyOf<ParsedSelect, ParsedQueryBody::Kind::kSelect> {
  bool distinct = false;
  std::vector<ParsedHint> hints;
  std::vector<ParsedSelectItem> items;
  Owned<ParsedTableReference> from;  // or null
  ParsedExpressionPtr where;         // or null
  // GROUP BY was written; `GROUP BY ()` is one element without expressions.
  bool grouped = false;
  bool groupDistinct = false;
  std::vector<ParsedGroupingElement> groupBy;
  ParsedExpressionPtr having;  // or null
  std::vector<ParsedNamedWindow> windows;
  ParsedExpressionPtr qualify;  // or null
};

// VALUES (1, 'a'), (2, 'b'): every row is a list of expressions; VALUES 1, 2 has one each.
struct ParsedValues : ParsedQueryBodyOf<ParsedValues, ParsedQueryBody::Kind::kValues> {
  std::vector<std::vector<ParsedExpressionPtr>> rows;
};

// TABLE name
struct ParsedTableBody : ParsedQueryBodyOf<ParsedTableBody, ParsedQueryBody::Kind::kTable> {
  ParsedName name;
  std::vector<ParsedHint> hints;
};

struct ParsedSetOperation
    : ParsedQueryBodyOf<ParsedSetOperation, ParsedQueryBody::Kind::kSetOperation> {
  enum class Type : uint8_t { kUnion, kIntersect, kExcept };

  Type type = Type::kUnion;
  bool all = false;
  SourcePosition operatorPosition;
  Owned<ParsedQuery> left;
  Owned<ParsedQuery> right;
};

// (query) with an outer WITH, ORDER BY or LIMIT.
struct ParsedNestedBody : ParsedQueryBodyOf<ParsedNestedBody, ParsedQueryBody::Kind::kNested> {
  Owned<ParsedQuery> query;
};

}  // namespace millrace
