// ColumnNames: what each column of a plan node is, as an expression over the columns of source
// tables: "orders.amount", "SUM(orders.amount)". Aliases, sub-queries and casts that only widen
// leave the name as it is, so that a state finds its columns again in a query written otherwise.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sql/plan/logical.h"

namespace millrace {

class ColumnNames {
 public:
  // One name per column of the node, no two alike.
  const std::vector<std::string>& of(const LogicalPtr& node);

  // An expression over the columns of two nodes, left ones first. nullptr: "".
  std::string exprOver(const LogicalPtr& left, const LogicalPtr& right, const ExprPtr& expr);
  // The conditions of all filters and the options of hints below a node, as one text.
  std::string conditionsBelow(const LogicalNode& node);
  // Which rows a node emits, as one text: the operators and conditions below it and its own.
  std::string rowsOf(const LogicalPtr& node);
  // The conditions of the filters between a node and the operator that makes its changes.
  std::string filterAbove(const LogicalPtr& node);
  // Gives each call its name. input: the node whose columns are its arguments.
  void nameCalls(const LogicalPtr& input, std::vector<AggregateCall>& calls);

 private:
  std::vector<std::string> infer(const LogicalPtr& node);
  void addConditions(const LogicalPtr& node, std::unordered_set<const LogicalNode*>& visited,
                     std::string& text);
  std::vector<std::string> ofUnion(const LogicalNode& node);

  std::unordered_map<const LogicalNode*, std::vector<std::string>> done_;
};

}  // namespace millrace
