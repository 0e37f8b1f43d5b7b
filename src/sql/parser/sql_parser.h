// The recursive-descent parser of one statement. Internal to sql/parser; others use
// sql/parser/parser.h. The parts of the grammar are in one file each: types, expressions, calls,
// JSON calls, queries, tables, MATCH_RECOGNIZE, CREATE, ALTER and the other statements.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sql/ast/statement.h"
#include "sql/parser/token_stream.h"

namespace millrace {

class SqlParser : public TokenStream {
 public:
  using ExpressionResult = Result<std::unique_ptr<ParsedExpression>>;
  using QueryResult = Result<std::unique_ptr<ParsedQuery>>;
  using TableResult = Result<std::unique_ptr<ParsedTableReference>>;
  using StatementResult = Result<std::unique_ptr<ParsedStatement>>;

  using TokenStream::TokenStream;

  // The rest of the text has to be one of these, with semicolons after it.
  StatementResult parseWholeStatement();
  QueryResult parseWholeQuery();
  ExpressionResult parseWholeExpression();
  Result<ParsedTypeName> parseWholeType();

 private:
  // Types (parse_type.cc).
  Result<ParsedTypeName> parseType();        // with NOT NULL and NULL
  Result<ParsedTypeName> parseTypeNoNull();  // without, as in CAST
  Result<ParsedTypeName> parseBaseType();
  Result<bool> parseSimpleType(ParsedTypeName& type);
  Status parseTimeType(ParsedTypeName& type);
  Status parseRowFields(ParsedTypeName& type, std::string_view close);
  Status parseRowType(ParsedTypeName& type);
  Status parseStructuredType(ParsedTypeName& type);
  Status parseRawType(ParsedTypeName& type);
  Status parseElementTypes(ParsedTypeName& type, size_t count);
  Status parseTypeLength(ParsedTypeName& type, bool withScale = false);
  Result<ParsedIntervalQualifier> parseIntervalQualifier();

  // Expressions (parse_expression.cc, parse_primary.cc).
  ExpressionResult parseExpression() { return parseOperators(0); }
  ExpressionResult parseOperators(int minimum);
  ExpressionResult parsePrefix();
  ExpressionResult parseUnary(ParsedUnary::Op op, int minimum);
  ExpressionResult parseInfix(std::unique_ptr<ParsedExpression> left, const Token& first,
                              int minimum, bool& found);
  ExpressionResult parseMultisetInfix(std::unique_ptr<ParsedExpression> left, const Token& first,
                                      int minimum, bool& found);
  ExpressionResult parseBinary(std::unique_ptr<ParsedExpression> left, const Token& first,
                               ParsedBinary::Op op, int precedence, size_t words);
  ExpressionResult parseIs(std::unique_ptr<ParsedExpression> left, const Token& first, int minimum,
                           bool& found);
  ExpressionResult parseNegatable(std::unique_ptr<ParsedExpression> left, const Token& first);
  ExpressionResult parseIn(std::unique_ptr<ParsedExpression> left, const Token& first,
                           bool negated);
  ExpressionResult parseBetween(std::unique_ptr<ParsedExpression> left, const Token& first,
                                bool negated);
  ExpressionResult parseLike(std::unique_ptr<ParsedExpression> left, const Token& first,
                             ParsedLike::Type type, bool negated);
  ExpressionResult parseQuantified(std::unique_ptr<ParsedExpression> left, const Token& first,
                                   ParsedBinary::Op op);
  ExpressionResult parsePostfix(std::unique_ptr<ParsedExpression> base, const Token& first);
  ExpressionResult parsePrimary();
  ExpressionResult parseWordPrimary();
  ExpressionResult parseParenthesised();
  ExpressionResult parseNameOrCall();
  ExpressionResult parseCase();
  ExpressionResult parseCast(bool isTry);
  ExpressionResult parseConstructor(ParsedConstructor::Type type);
  ExpressionResult parseInterval();
  ExpressionResult parseQuoted(ParsedLiteral::Type type, size_t words);
  Result<std::vector<ParsedExpressionPtr>> parseExpressionList();
  Result<std::vector<ParsedOrderItem>> parseOrderItems();

  // Binds above AND, IN and BETWEEN, for operands that such a word ends.
  static constexpr int kTermPrecedence = 40;

  // Calls (parse_call.cc).
  ExpressionResult parseCallAfterName(ParsedName name, const Token& first);
  ExpressionResult parseSpecialCall(bool& found);
  Status parseArguments(ParsedCall& call);
  ExpressionResult parseArgument();
  ExpressionResult parseTableArgument();
  Status parseTableArgumentTail(ParsedTableArgument& argument);
  ExpressionResult parseDescriptor();
  ExpressionResult finishCall(std::unique_ptr<ParsedCall> call, const Token& first);
  Status parseCallTail(ParsedCall& call);
  Result<std::unique_ptr<ParsedWindowSpecification>> parseWindowSpecification();
  Result<ParsedFrame> parseFrame();
  Result<ParsedFrameBound> parseFrameBound();
  ExpressionResult parseExtract();
  ExpressionResult parsePosition();
  ExpressionResult parseSubstring();
  ExpressionResult parseTrim();
  ExpressionResult parseOverlay();
  ExpressionResult parseRounding();
  ExpressionResult parseTimestampArithmetic();
  ExpressionResult parseUnitSymbol();

  // JSON calls (parse_json_call.cc).
  ExpressionResult parseJsonCall();
  Status parseJsonPathCall(ParsedCall& call);
  Status parseJsonQueryClauses(ParsedJsonClauses& clauses);
  Status parseJsonBehaviors(ParsedCall& call, ParsedJsonClauses& clauses);
  Status parseJsonExistsClauses(ParsedJsonClauses& clauses);
  Status parseJsonPairs(ParsedCall& call, bool single);
  Status parseJsonOnNull(ParsedJsonClauses& clauses);

  // Queries (parse_query.cc).
  bool nextStartsQuery(size_t ahead = 0) const;
  bool nextContinuesQuery() const;
  QueryResult parseQuery();
  QueryResult parseQueryRest(std::unique_ptr<ParsedQuery> left, bool parenthesised,
                             const Token& first);
  QueryResult parseSetOperations(std::unique_ptr<ParsedQuery> left, const Token& first,
                                 int minimum);
  QueryResult parseQueryPrimary(bool& parenthesised);
  Status parseWith(ParsedQuery& query, std::vector<ParsedCommonTable>& with);
  Status parseOrderAndLimit(ParsedQuery& query);
  Result<std::unique_ptr<ParsedExpression>> parseRowCount(std::string_view what);
  Result<std::unique_ptr<ParsedSelect>> parseSelect();
  Status refuseClauseWithoutFrom();
  Result<ParsedSelectItem> parseSelectItem();
  Result<std::unique_ptr<ParsedExpression>> parseStar();
  bool nextIsStar() const;
  Status parseGroupBy(ParsedSelect& select);
  Result<ParsedGroupingElement> parseGroupingElement(bool insideSets);
  Result<std::unique_ptr<ParsedValues>> parseValues();
  Result<std::vector<ParsedHint>> parseHints();
  Status parseHintArgument(ParsedHint& hint);

  // Tables (parse_table.cc, parse_match_recognize.cc).
  TableResult parseFrom();
  TableResult parseJoins();
  TableResult parseJoinsRest(std::unique_ptr<ParsedTableReference> left, const Token& first);
  Result<bool> parseJoinOperator(ParsedJoin& join);
  Status parseJoinCondition(ParsedJoin& join);
  TableResult finishJoin(std::unique_ptr<ParsedJoin> join,
                         std::unique_ptr<ParsedTableReference> left,
                         std::unique_ptr<ParsedTableReference> right, const Token& first);
  TableResult parseTable();
  TableResult parseTableRest(std::unique_ptr<ParsedTableReference> table, const Token& first);
  TableResult parseTableWithoutAlias();
  TableResult parseParenthesisedTable();
  TableResult parseUnnest();
  TableResult parseTableFunction(bool wrapped);
  TableResult parseNamedTable();
  Status parseTableAlias(ParsedTableReference& table);
  TableResult parseMatchRecognize(std::unique_ptr<ParsedTableReference> input, const Token& first);
  Status parseMeasures(ParsedMatchRecognize& match);
  Status parseAfterMatch(ParsedMatchRecognize& match);
  Status parseMatchPattern(ParsedMatchRecognize& match);
  Status parseSubsets(ParsedMatchRecognize& match);
  Status parseDefinitions(ParsedMatchRecognize& match);
  Result<ParsedPattern> parsePatternAlternation();
  Result<ParsedPattern> parsePatternConcatenation();
  Result<ParsedPattern> parsePatternFactor();
  Status parsePatternQuantifier(ParsedPattern& pattern);

  // Statements (parse_create.cc, parse_alter.cc, parse_statement.cc).
  StatementResult parseStatement();
  StatementResult parseAnyStatement();
  StatementResult parseCreate();
  StatementResult parseCreateTable(bool temporary, bool orReplace);
  Status parseTableElements(ParsedCreateTable& table);
  Status parseTableClauses(ParsedCreateTable& table);
  Status parseTableElement(ParsedCreateTable& table);
  Result<ParsedColumnDefinition> parseColumnDefinition(bool allowNameOnly);
  Status parseColumnConstraint(ParsedColumnDefinition& column);
  bool nextIsConstraint() const;
  Result<ParsedTableConstraint> parseConstraint();
  Result<std::optional<bool>> parseEnforced();
  Result<ParsedWatermark> parseWatermark();
  Result<ParsedDistribution> parseDistribution();
  Result<ParsedTableLike> parseTableLike();
  Result<ParsedTableLikeOption> parseTableLikeOption();
  StatementResult parseCreateView(bool temporary, bool orReplace);
  StatementResult parseCreateFunction(bool temporary);
  StatementResult parseCreateCatalog();
  StatementResult parseCreateDatabase();
  Result<std::optional<std::string>> parseComment();
  Status parseViewQuery(Owned<ParsedQuery>& query, std::string& text);
  StatementResult parseDrop();
  StatementResult parseAlter();
  StatementResult parseAlterTable();
  StatementResult parseAlterView();
  Status parseAlterAdd(ParsedAlterTable& alter);
  Status parseAlterModify(ParsedAlterTable& alter);
  Status parseAlterDrop(ParsedAlterTable& alter);
  Status parseAlterRename(ParsedAlterTable& alter);
  Status parseSchemaChange(ParsedAlterTable& alter, bool modify);
  Status parseColumnPlace(ParsedColumnDefinition& column);
  Status parseAddPartitions(ParsedAlterTable& alter, bool ifNotExists);
  Status parseDropPartitions(ParsedAlterTable& alter, bool ifExists);
  Result<std::vector<ParsedPartition>> parsePartition();
  StatementResult parseInsert(bool execute);
  StatementResult parseExecute();
  StatementResult parseBegin();
  Status parseStatementSetBody(ParsedStatementSet& set);
  StatementResult parseExplain();
  StatementResult parseShow();
  Result<bool> parseShowWhat(ParsedShow& show);
  Status parseShowFilter(ParsedShow& show);
  Status parseShowCreate(ParsedShow& show);
  StatementResult parseDescribe();
  StatementResult parseSet();
  StatementResult parseReset();
  Result<std::string> parseOptionKey();
  StatementResult parseUse();
  StatementResult parseStopJob();
  StatementResult parseGeneric(std::string name);
  Status parseStatementEnd();

  // Ends an expression node: its place and height. Fails when the tree gets too high.
  template <typename Node>
  ExpressionResult finish(std::unique_ptr<Node> node, const Token& first) {
    setSpan(*node, first);
    TRY(setHeight(*node));
    return std::unique_ptr<ParsedExpression>(std::move(node));
  }
  Status setHeight(ParsedExpression& node) const;
  Status checkHeight(const ParsedNode& node) const;
  // Makes `parent` higher than `child`.
  static void raise(ParsedNode& parent, const ParsedNode& child) {
    parent.height = std::max(parent.height, child.height + 1);
  }

  // Operators of MATCH_RECOGNIZE measures and definitions are understood only there.
  bool inMatchRecognize_ = false;
};

}  // namespace millrace
