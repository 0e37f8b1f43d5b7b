#include "sql/binder/scope.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/close_matches.h"

namespace millrace {

void Scope::add(const std::string& relation, const Schema& schema) {
  for (const Field& field : schema) columns_.push_back({relation, field.name, field.type});
}

namespace {

// Follows parts[from..] through ROW fields; an empty result with from < parts.size() is a failure.
Result<std::vector<uint32_t>> followFields(const Type& type, const std::vector<std::string>& parts,
                                           size_t from, SourcePosition position) {
  std::vector<uint32_t> path;
  const Type* current = &type;
  for (size_t i = from; i < parts.size(); ++i) {
    int index = current->fieldIndex(parts[i]);
    if (index < 0) {
      return Error(ErrorKind::kUnknownColumn,
                   fmt::format("field '{}' not found in '{}' of type {}", parts[i], parts[i - 1],
                               current->toString()))
          .at(position)
          .withHint(didYouMean(parts[i], current->fieldNames()));
    }
    path.push_back(static_cast<uint32_t>(index));
    current = &current->child(static_cast<size_t>(index));
  }
  return path;
}

// Every way to a field called `name` through ROW types below a type.
void findFields(const Type& type, const std::string& name, std::vector<uint32_t>& path,
                std::vector<std::vector<uint32_t>>& found) {
  if (type.kind() != TypeKind::kRow) return;
  int index = type.fieldIndex(name);
  for (uint32_t i = 0; i < type.numChildren(); ++i) {
    if (index >= 0 && static_cast<int>(i) != index) continue;
    path.push_back(i);
    if (index >= 0)
      found.push_back(path);
    else
      findFields(type.child(i), name, path, found);
    path.pop_back();
  }
}

}  // namespace

Result<bool> Scope::resolveInRows(const std::vector<std::string>& parts, SourcePosition position,
                                  ResolvedColumn& found) const {
  size_t numMatches = 0;
  for (uint32_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].hidden) continue;
    size_t first = parts.size() >= 2 && columns_[i].relation == parts[0] ? 1 : 0;
    std::vector<uint32_t> path;
    std::vector<std::vector<uint32_t>> ways;
    findFields(columns_[i].type, parts[first], path, ways);
    numMatches += ways.size();
    if (ways.size() != 1 || numMatches != 1) continue;
    const Type* type = &columns_[i].type;
    for (uint32_t field : ways[0]) type = &type->child(field);
    found.index = i;
    found.fields = ways[0];
    std::vector<uint32_t> rest = TRY(followFields(*type, parts, first + 1, position));
    found.fields.insert(found.fields.end(), rest.begin(), rest.end());
  }
  if (numMatches <= 1) return numMatches == 1;
  return Error(ErrorKind::kAmbiguousColumn,
               fmt::format("column '{}' is ambiguous", fmt::join(parts, ".")))
      .at(position)
      .withHint("Qualify it with the name of its ROW column.");
}

Result<bool> Scope::resolveHere(const std::vector<std::string>& parts, SourcePosition position,
                                ResolvedColumn& found) const {
  // relation.column first, then column; catalogue and database qualifiers in front are dropped.
  for (size_t skip = parts.size() >= 3 ? 2 : 0;; --skip) {
    size_t numMatches = 0;
    size_t match = 0;
    bool qualified = parts.size() >= skip + 2;
    if (qualified) {
      for (size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i].relation == parts[skip] && columns_[i].name == parts[skip + 1]) {
          match = i;
          ++numMatches;
        }
      }
    }
    if (numMatches > 1) {
      return Error(ErrorKind::kAmbiguousColumn,
                   fmt::format("column '{}' is ambiguous", fmt::join(parts, ".")))
          .at(position);
    }
    if (numMatches == 1) {
      found.index = static_cast<uint32_t>(match);
      found.fields = TRY(followFields(columns_[match].type, parts, skip + 2, position));
      return true;
    }
    if (skip == 0) break;
  }
  size_t numMatches = 0;
  size_t match = 0;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name == parts[0] && !columns_[i].hidden) {
      match = i;
      ++numMatches;
    }
  }
  if (numMatches > 1) {
    return Error(ErrorKind::kAmbiguousColumn, fmt::format("column '{}' is ambiguous", parts[0]))
        .at(position)
        .withHint("Qualify it with the name or alias of its table.");
  }
  if (numMatches == 0) return resolveInRows(parts, position, found);
  found.index = static_cast<uint32_t>(match);
  found.fields = TRY(followFields(columns_[match].type, parts, 1, position));
  return true;
}

bool Scope::has(const std::string& name) const {
  for (const ScopeColumn& column : columns_) {
    if (column.name == name) return true;
  }
  return false;
}

Error Scope::unknown(const std::vector<std::string>& parts, SourcePosition position) const {
  std::vector<std::string> names;
  bool knownRelation = false;
  for (const ScopeColumn& column : columns_) {
    if (parts.size() >= 2 && column.relation == parts[parts.size() - 2]) {
      if (!knownRelation) names.clear();
      knownRelation = true;
      names.push_back(column.name);
    } else if (!knownRelation) {
      names.push_back(column.name);
    }
  }
  const std::string& name = parts.back();
  if (parts.size() >= 2 && !knownRelation && !has(parts[0])) {
    std::vector<std::string> relations;
    for (const ScopeColumn& column : columns_) relations.push_back(column.relation);
    return Error(ErrorKind::kUnknownTable, fmt::format("table '{}' not found", parts[0]))
        .at(position)
        .withHint(didYouMean(parts[0], relations));
  }
  std::string message =
      knownRelation
          ? fmt::format("column '{}' not found in table '{}'", name, parts[parts.size() - 2])
          : fmt::format("column '{}' not found in any table", fmt::join(parts, "."));
  return Error(ErrorKind::kUnknownColumn, message).at(position).withHint(didYouMean(name, names));
}

Result<ResolvedColumn> Scope::resolve(const std::vector<std::string>& parts,
                                      SourcePosition position) const {
  ResolvedColumn found;
  for (const Scope* scope = this; scope != nullptr; scope = scope->outer_) {
    if (TRY(scope->resolveHere(parts, position, found))) return found;
    ++found.depth;
  }
  return unknown(parts, position);
}

}  // namespace millrace
