#include "sql/catalog/catalog.h"

#include <fmt/format.h>

#include "base/close_matches.h"

namespace millrace {

Schema CatalogTable::schema() const {
  Schema schema;
  for (const CatalogColumn& column : columns) {
    Type type = column.type;
    if (column.name == watermarkColumn) type = type.withTimeAttribute(TimeAttribute::kRowtime);
    schema.push_back({column.name, type});
  }
  return schema;
}

TableDefinition CatalogTable::definition() const {
  TableDefinition definition;
  definition.name = fmt::format("{}.{}.{}", kDefaultCatalog, kDefaultDatabase, name);
  for (const CatalogColumn& column : columns) {
    if (column.kind == ColumnKind::kPhysical) {
      definition.physical.push_back({column.name, column.type});
    }
  }
  definition.partitionKeys = partitionKeys;
  for (const std::string& key : primaryKey) {
    for (uint32_t i = 0; i < definition.physical.size(); ++i) {
      if (definition.physical[i].name == key) definition.primaryKey.push_back(i);
    }
  }
  definition.options = options;
  return definition;
}

Status Catalog::checkPath(const ParsedName& name) const {
  size_t count = name.parts.size();
  if (count > 3) {
    return Error(ErrorKind::kUnknownTable,
                 fmt::format("'{}' has too many parts for a table name", name.toString()))
        .at(name.position);
  }
  if (count == 3 && name.parts[0] != kDefaultCatalog) {
    return Error(ErrorKind::kUnknownTable, fmt::format("catalog '{}' not found", name.parts[0]))
        .at(name.position)
        .withHint(fmt::format("There is one catalog, '{}'.", kDefaultCatalog));
  }
  if (count >= 2 && name.parts[count - 2] != kDefaultDatabase) {
    return Error(ErrorKind::kUnknownTable,
                 fmt::format("database '{}' not found", name.parts[count - 2]))
        .at(name.position)
        .withHint(fmt::format("There is one database, '{}'.", kDefaultDatabase));
  }
  return {};
}

const Catalog::Entry* Catalog::find(const ParsedName& name) const {
  if (!checkPath(name).ok()) return nullptr;
  auto found = entries_.find(name.last());
  return found == entries_.end() ? nullptr : &found->second;
}

Error Catalog::unknownTable(const ParsedName& name) const {
  return Error(ErrorKind::kUnknownTable, fmt::format("table '{}' not found", name.toString()))
      .at(name.position)
      .withHint(didYouMean(name.last(), names()));
}

Status Catalog::add(const ParsedName& name, Entry entry, bool ifNotExists, bool replace) {
  TRY(checkPath(name));
  if (entries_.contains(name.last()) && !replace) {
    if (ifNotExists) return {};
    return Error(ErrorKind::kDuplicateObject,
                 fmt::format("table or view '{}' already exists", name.last()))
        .at(name.position);
  }
  entries_[name.last()] = std::move(entry);
  return {};
}

namespace {

bool isTemporary(const Catalog::Entry& entry) {
  return std::visit([](const auto& object) { return object->temporary; }, entry);
}

}  // namespace

Status Catalog::drop(const ParsedName& name, bool view, bool temporary, bool ifExists) {
  TRY(checkPath(name));
  auto found = entries_.find(name.last());
  bool isView = found != entries_.end() && found->second.index() == 1;
  const char* what = view ? "view" : "table";
  if (found == entries_.end() || isView != view || (temporary && !isTemporary(found->second))) {
    if (ifExists) return {};
    return Error(ErrorKind::kUnknownTable,
                 fmt::format("{}{} '{}' not found", temporary ? "temporary " : "", what,
                             name.toString()))
        .at(name.position)
        .withHint(didYouMean(name.last(), view ? viewNames() : names()));
  }
  if (!temporary && isTemporary(found->second)) {
    return Error(ErrorKind::kValidation,
                 fmt::format("temporary {} with identifier '`{}`.`{}`.`{}`' exists", what,
                             kDefaultCatalog, kDefaultDatabase, name.last()))
        .at(name.position)
        .withHint(fmt::format("Drop it with DROP TEMPORARY {}.", view ? "VIEW" : "TABLE"));
  }
  entries_.erase(found);
  return {};
}

Status Catalog::rename(const ParsedName& from, const ParsedName& to) {
  auto found = entries_.find(from.last());
  if (found == entries_.end()) return unknownTable(from);
  if (entries_.contains(to.last())) {
    return Error(ErrorKind::kDuplicateObject,
                 fmt::format("table or view '{}' already exists", to.last()))
        .at(to.position);
  }
  Entry entry = std::move(found->second);
  entries_.erase(found);
  entries_[to.last()] = std::move(entry);
  return {};
}

std::vector<std::string> Catalog::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

std::vector<std::string> Catalog::viewNames() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) {
    if (entry.index() == 1) names.push_back(name);
  }
  return names;
}

}  // namespace millrace
