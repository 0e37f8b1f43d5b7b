// OperatorIds: under which names the operators of a plan keep their states, so that a changed query
// finds them again. An id is
//
//   <statement>/<query block>/<role>(<tables>)#<n>
//   insert:totals[0]/by_customer/aggregate(orders)
//
// the statement's anchor, the view or WITH query around the operator (none at the top), what it
// does, the tables below it, and a number from 1 on for the second of its kind in the block, inner
// ones first. Aliases, filters, projections and sub-queries without a name are not part of it. An
// operator that several statements share has an id of each. docs/internals/operator-ids.md says
// which edits keep ids.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sql/plan/logical.h"

namespace millrace {

class OperatorIds {
 public:
  // Adds the operators of a statement. The plan must outlive this.
  void add(const LogicalPtr& plan, const std::string& anchor);

  // One id per statement that has the node, in their order; role as in the header of this file.
  std::vector<std::string> of(const LogicalNode& node, const std::string& role) const;
  // Whether another operator has the same id but for the numbers, of its own and of its statement.
  bool hasTwin(const LogicalNode& node) const;
  // For people: "GROUP BY customer in INSERT INTO totals".
  std::string title(const LogicalNode& node) const;

 private:
  struct Place {
    std::string anchor;
    std::string block;   // "" or "/name"
    std::string suffix;  // "(tables)#n"
    std::string base;    // the id without its number
  };
  using Counts = std::unordered_map<std::string, size_t>;

  void visit(const LogicalPtr& node, const std::string& anchor,
             std::unordered_set<const LogicalNode*>& visited, Counts& counts);
  const std::vector<std::string>& tablesBelow(const LogicalPtr& node);

  std::unordered_map<const LogicalNode*, std::vector<Place>> places_;
  // By the id without its numbers.
  std::unordered_map<std::string, std::unordered_set<const LogicalNode*>> twins_;
  std::unordered_map<const LogicalNode*, std::vector<std::string>> tables_;
};

// What the operator of a node is called in ids.
std::string roleOf(const LogicalNode& node);

}  // namespace millrace
