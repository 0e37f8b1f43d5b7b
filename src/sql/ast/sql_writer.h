// Writes syntax trees as SQL text. Internal to sql/ast; others call toString of the nodes.
#pragma once

#include <string>
#include <string_view>

#include "sql/ast/query_expansion.h"
#include "sql/ast/statement.h"

namespace millrace {

class SqlWriter {
 public:
  // expansion: names are written in full, in Flink's layout of a view's query; nullptr: as parsed,
  // on one line. It must outlive the writer.
  explicit SqlWriter(const QueryExpansion* expansion = nullptr) : expansion_(expansion) {}

  std::string take() { return std::move(out_); }

  void write(const ParsedExpression& expression);
  // In parentheses when it binds weaker than `minimum`.
  void writeOperand(const ParsedExpression& expression, int minimum);
  void write(const ParsedWindowSpecification& window);
  void write(const ParsedQuery& query);
  void write(const ParsedTableReference& table);
  void write(const ParsedPattern& pattern);
  void write(const ParsedTypeName& type);
  void write(const ParsedStatement& statement);

 private:
  void add(std::string_view text) { out_ += text; }
  // A clause of a query: its keyword on a new line where the query is expanded.
  void addClause(std::string_view keyword);
  void addPath(const std::vector<std::string>& path);
  void addUnicodeString(const std::string& text);
  void addName(const std::string& name);
  void addName(const ParsedName& name);
  void addString(const std::string& text);
  template <typename List, typename WriteItem>
  void addList(const List& list, WriteItem writeItem, std::string_view separator = ", ") {
    bool first = true;
    for (const auto& item : list) {
      if (!first) add(separator);
      first = false;
      writeItem(item);
    }
  }
  void addExpressions(const std::vector<ParsedExpressionPtr>& expressions);
  void addNames(const std::vector<ParsedIdentifier>& names);
  void addOptions(const std::vector<ParsedOption>& options);

  void writeFieldAccess(const ParsedFieldAccess& access);
  void writeBetween(const ParsedBetween& between);
  void writeColumn(const ParsedColumn& column);
  void writeStar(const ParsedStar& star);
  void writeLiteral(const ParsedLiteral& literal);
  void writeUnary(const ParsedUnary& unary);
  void writeBinary(const ParsedBinary& binary);
  void writeIn(const ParsedExpression& operand, bool negated);
  void writeQuantified(const ParsedQuantified& quantified);
  void writeLike(const ParsedLike& like);
  void writeIsJson(const ParsedIsJson& json);
  void writeCase(const ParsedCase& node);
  void writeCall(const ParsedCall& call);
  void writeCallName(const ParsedCall& call);
  void writeCallArguments(const ParsedCall& call);
  bool writeSpecialArguments(const ParsedCall& call);
  void writeJsonArguments(const ParsedCall& call);
  void writeJsonBehavior(ParsedJsonClauses::Behavior behavior, const ParsedExpressionPtr& value,
                         std::string_view on);
  void writeConstructor(const ParsedConstructor& constructor);
  void writeTableArgument(const ParsedTableArgument& argument);
  void writeOrderItems(const std::vector<ParsedOrderItem>& items);
  void writeFrameBound(const ParsedFrameBound& bound);

  void writeRowFields(const ParsedTypeName& type);
  void writeIn(const ParsedQuery& query);  // in parentheses
  void writeRowCount(const ParsedQuery& query);
  void writeBody(const ParsedQueryBody& body);
  void writeTableBody(const ParsedTableBody& body);
  void writeAlias(const ParsedTableReference& table);
  void writeSelect(const ParsedSelect& select);
  void writeSelectTail(const ParsedSelect& select);
  void writeGroupingElement(const ParsedGroupingElement& element, bool insideSets);
  void writeValues(const ParsedValues& values);
  void writeSetOperand(const ParsedQuery& query, const ParsedSetOperation& parent, bool right);
  void writeHints(const std::vector<ParsedHint>& hints);
  void writeTableFunction(const ParsedFunctionTable& table);
  void writeTableBare(const ParsedTableReference& table);
  void writeJoin(const ParsedJoin& join);
  void writeMatch(const ParsedMatchRecognize& match);
  void writeAfterMatch(const ParsedMatchRecognize& match);
  void writeQuantifier(const ParsedPattern& pattern);

  void writeCreateCatalog(const ParsedCreateCatalog& catalog);
  void writeCreateDatabase(const ParsedCreateDatabase& database);
  void writeAlterView(const ParsedAlterView& view);
  void writeExplain(const ParsedExplain& explain);
  void writeSet(const ParsedSet& set);
  void writeCreateTable(const ParsedCreateTable& table);
  void writeColumnDefinition(const ParsedColumnDefinition& column);
  void writeConstraint(const ParsedTableConstraint& constraint);
  void writeEnforced(const std::optional<bool>& enforced);
  void writeWatermark(const ParsedWatermark& watermark);
  void writeDistribution(const ParsedDistribution& distribution);
  void writeLike(const ParsedTableLike& like);
  void writeCreateView(const ParsedCreateView& view);
  void writeCreateFunction(const ParsedCreateFunction& function);
  void writeDrop(const ParsedDrop& drop);
  void writeAlterTable(const ParsedAlterTable& alter);
  void writeTableChange(const ParsedTableChange& change);
  void writePartition(const std::vector<ParsedPartition>& partition);
  void writeInsert(const ParsedInsert& insert);
  void writeStatementSet(const ParsedStatementSet& set);
  void writeShow(const ParsedShow& show);
  void writeDescribe(const ParsedDescribe& describe);
  void writeComment(const std::optional<std::string>& comment);

  const QueryExpansion* expansion_;
  std::string out_;
};

}  // namespace millrace
