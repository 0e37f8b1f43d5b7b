// What the names of a query turned out to mean while it was bound: with it the query is written out
// in full, as Flink's SHOW CREATE VIEW does.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sql/ast/query.h"

namespace millrace {

// Keyed by nodes of the bound query, which must outlive it. Not thread-safe.
struct QueryExpansion {
  using Path = std::vector<std::string>;

  std::map<const ParsedExpression*, Path> columns;             // relation, column and ROW fields
  std::map<const ParsedExpression*, std::vector<Path>> stars;  // * of select lists
  std::map<const ParsedName*, Path> tables;                    // catalogue, database and table
  std::map<const ParsedName*, std::vector<std::string>> tableColumns;  // of `TABLE name`
  std::map<const ParsedTableReference*, std::string> aliases;  // of sub-queries without a name

  // Gives a table reference without a name the next of EXPR$0, EXPR$1, ...
  const std::string& makeAlias(const ParsedTableReference& table);

  // The text of the query, one clause a line.
  std::string write(const ParsedQuery& query) const;
};

}  // namespace millrace
