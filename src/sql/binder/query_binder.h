// Binds queries: from the syntax tree to the logical plan.
//
// One QueryBinder binds all statements of one job (a single query, an INSERT or a statement set),
// so that a table read twice becomes one shared scan. Not thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "sql/ast/query.h"
#include "sql/ast/statement.h"
#include "sql/binder/bind_context.h"
#include "sql/binder/expression_binder.h"
#include "sql/binder/scope.h"
#include "sql/binder/state_ttl_hints.h"
#include "sql/plan/logical.h"

namespace millrace {

// A plan together with the names its columns have in expressions.
struct BoundRelation {
  LogicalPtr plan;
  std::vector<ScopeColumn> columns;  // one per column of the plan
  std::string name;                  // for hints: the alias, else the path of a table; "" = none
};

class QueryBinder {
 public:
  explicit QueryBinder(const BindContext& context) : context_(context) {}

  Result<LogicalPtr> bindQuery(const ParsedQuery& query, const Scope* outer = nullptr);
  // The plan ends in a LogicalSink of the target table.
  Result<LogicalPtr> bindInsert(const ParsedInsert& insert);

 private:
  using CommonTables = std::map<std::string, LogicalPtr>;

  // query_binder.cc
  // A query inside another one: without LIMIT and OFFSET its ORDER BY means nothing, as in Flink.
  Result<LogicalPtr> bindNestedQuery(const ParsedQuery& query, const Scope* outer);
  Result<LogicalPtr> bindBody(const ParsedQueryBody& body, const Scope* outer,
                              const std::vector<ParsedOrderItem>* orderBy);
  Result<LogicalPtr> bindValues(const ParsedValues& values);
  Result<LogicalPtr> bindSetOperation(const ParsedSetOperation& operation, const Scope* outer);
  Result<LogicalPtr> bindOrderByOutput(LogicalPtr plan,
                                       const std::vector<ParsedOrderItem>& orderBy);
  Result<LogicalPtr> bindLimit(LogicalPtr plan, const ParsedQuery& query);

  // table_binder.cc
  Result<BoundRelation> bindTable(const ParsedTableReference& table, const Scope* outer);
  Result<BoundRelation> bindNamedTable(const ParsedNamedTable& table);
  Result<LogicalPtr> bindName(const ParsedName& name, const std::vector<ParsedHint>& hints);
  Result<LogicalPtr> scanOf(const std::shared_ptr<const CatalogTable>& table,
                            const std::vector<ParsedHint>& hints, SourcePosition position);
  Result<BoundRelation> bindFunctionTable(const ParsedFunctionTable& table);
  // For QueryExpansion, where there is one.
  std::string makeAlias(const ParsedTableReference& table);
  void noteTable(const ParsedName& name);
  Result<BoundRelation> renamed(BoundRelation relation, const ParsedTableReference& table);

  // join_binder.cc
  Result<BoundRelation> bindJoin(const ParsedJoin& join, const Scope* outer);
  Result<BoundRelation> bindLookupJoin(const ParsedJoin& join, const ParsedNamedTable& table,
                                       BoundRelation left, const Scope* outer);
  Result<ExprPtr> bindJoinCondition(const ParsedJoin& join, BoundRelation& left,
                                    BoundRelation& right, const Scope* outer,
                                    std::vector<ScopeColumn>& columns);
  // A conjunct of WHERE that is an IN or EXISTS sub-query becomes a semi or anti join.
  Result<LogicalPtr> applySubquery(const ParsedExpression& conjunct, LogicalPtr input,
                                   const Scope& scope);
  // A query of one value, which becomes a further column of the plan.
  Result<ExprPtr> addScalarQuery(const ParsedScalarQuery& scalar, const Scope& scope,
                                 LogicalPtr& plan);
  Result<LogicalPtr> semiJoin(LogicalPtr input, LogicalPtr query, std::vector<ExprPtr> conditions,
                              bool negated, SourcePosition position);

  // select_binder.cc
  Result<LogicalPtr> bindSelect(const ParsedSelect& select, const Scope* outer,
                                const std::vector<ParsedOrderItem>* orderBy);
  // With the hints of the SELECT in ttlHints_.
  Result<LogicalPtr> bindHinted(const ParsedSelect& select, const Scope* outer,
                                const std::vector<ParsedOrderItem>* orderBy);
  Result<LogicalPtr> bindWhere(const ParsedSelect& select, LogicalPtr input, const Scope& scope);

  const BindContext& context_;
  std::vector<CommonTables> commonTables_;
  std::map<std::string, LogicalPtr> scans_;  // by table and hints: one scan per table and job
  int viewDepth_ = 0;
  StateTtlHints* ttlHints_ = nullptr;  // of the SELECT that is being bound
};

// Builders shared by the binder's files.
LogicalPtr makeProject(LogicalPtr input, std::vector<ExprPtr> exprs,
                       std::vector<std::string> names);
LogicalPtr makeFilter(LogicalPtr input, ExprPtr condition);
std::vector<ExprPtr> inputsOf(const Schema& schema);
Type withoutTimeAttribute(const Type& type);

}  // namespace millrace
