// Scope: the columns that names in an expression may refer to.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "types/type.h"

namespace millrace {

struct ScopeColumn {
  std::string relation;  // alias or table name; empty for an unnamed sub-query
  std::string name;
  Type type;
  bool hidden = false;      // not part of * (merged USING columns of the right side)
  std::string madeAlias{};  // QueryExpansion's name for the relation, or empty
};

// What a (possibly qualified) name turned out to be: a column and a path of ROW fields below it.
struct ResolvedColumn {
  uint32_t index = 0;
  uint32_t depth = 0;  // 0 = this scope, 1 = the query around it, ...
  std::vector<uint32_t> fields;
};

class Scope {
 public:
  explicit Scope(const Scope* outer = nullptr) : outer_(outer) {}

  void add(ScopeColumn column) { columns_.push_back(std::move(column)); }
  // All columns of a schema under one relation name.
  void add(const std::string& relation, const Schema& schema);

  const std::vector<ScopeColumn>& columns() const { return columns_; }
  std::vector<ScopeColumn>& columns() { return columns_; }
  const Scope* outer() const { return outer_; }

  // True when this scope has a column of this name.
  bool has(const std::string& name) const;
  // kUnknownColumn with close matches, or kAmbiguousColumn.
  Result<ResolvedColumn> resolve(const std::vector<std::string>& parts,
                                 SourcePosition position) const;

 private:
  // Finds a column of this scope only; nothing when there is none.
  Result<bool> resolveHere(const std::vector<std::string>& parts, SourcePosition position,
                           ResolvedColumn& found) const;
  // A field of a ROW column that is named without its column, as in Flink.
  Result<bool> resolveInRows(const std::vector<std::string>& parts, SourcePosition position,
                             ResolvedColumn& found) const;
  Error unknown(const std::vector<std::string>& parts, SourcePosition position) const;

  std::vector<ScopeColumn> columns_;
  const Scope* outer_;
};

}  // namespace millrace
