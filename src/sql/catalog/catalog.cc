#include "sql/catalog/catalog.h"

#include <fmt/format.h>

#include <set>

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
  for (const Entries* entries : {&temporary_, &permanent_}) {
    auto found = entries->find(name.last());
    if (found != entries->end()) return &found->second;
  }
  return nullptr;
}

bool Catalog::contains(const ParsedName& name, bool temporary) const {
  return checkPath(name).ok() && (temporary ? temporary_ : permanent_).contains(name.last());
}

Error Catalog::unknownTable(const ParsedName& name) const {
  return Error(ErrorKind::kUnknownTable, fmt::format("table '{}' not found", name.toString()))
      .at(name.position)
      .withHint(didYouMean(name.last(), names()));
}

namespace {

bool isTemporary(const Catalog::Entry& entry) {
  return std::visit([](const auto& object) { return object->temporary; }, entry);
}

bool isView(const Catalog::Entry& entry) { return entry.index() == 1; }

}  // namespace

Status Catalog::add(const ParsedName& name, Entry entry, bool ifNotExists, bool replace) {
  TRY(checkPath(name));
  Entries& entries = entriesOf(isTemporary(entry));
  if (entries.contains(name.last()) && !replace) {
    if (ifNotExists) return {};
    return Error(ErrorKind::kDuplicateObject,
                 fmt::format("{}table or view '{}' already exists",
                             isTemporary(entry) ? "temporary " : "", name.last()))
        .at(name.position);
  }
  entries[name.last()] = std::move(entry);
  return {};
}

Status Catalog::drop(const ParsedName& name, bool view, bool temporary, bool ifExists) {
  TRY(checkPath(name));
  const char* what = view ? "view" : "table";
  auto hiding = temporary_.find(name.last());
  if (!temporary && hiding != temporary_.end() && isView(hiding->second) == view) {
    return Error(ErrorKind::kValidation,
                 fmt::format("temporary {} with identifier '`{}`.`{}`.`{}`' exists", what,
                             kDefaultCatalog, kDefaultDatabase, name.last()))
        .at(name.position)
        .withHint(fmt::format("Drop it first, with DROP TEMPORARY {}.", view ? "VIEW" : "TABLE"));
  }
  Entries& entries = entriesOf(temporary);
  auto found = entries.find(name.last());
  if (found != entries.end() && isView(found->second) == view) {
    entries.erase(found);
    return {};
  }
  if (ifExists) return {};
  const Entry* other = find(name);
  std::string hint = other == nullptr ? didYouMean(name.last(), namesWhere(!view, view))
                                      : fmt::format("Drop it with DROP {}{}.",
                                                    isTemporary(*other) ? "TEMPORARY " : "",
                                                    isView(*other) ? "VIEW" : "TABLE");
  return Error(ErrorKind::kUnknownTable,
               fmt::format("{}{} '{}' not found", temporary ? "temporary " : "", what,
                           name.toString()))
      .at(name.position)
      .withHint(hint);
}

Status Catalog::rename(const ParsedName& from, const ParsedName& to) {
  const Entry* named = find(from);
  if (named == nullptr) return unknownTable(from);
  Entries& entries = entriesOf(isTemporary(*named));
  if (entries.contains(to.last())) {
    return Error(ErrorKind::kDuplicateObject,
                 fmt::format("table or view '{}' already exists", to.last()))
        .at(to.position);
  }
  auto node = entries.extract(from.last());
  node.key() = to.last();
  entries.insert(std::move(node));
  return {};
}

std::vector<std::string> Catalog::names() const { return namesWhere(true, true); }

std::vector<std::string> Catalog::viewNames() const { return namesWhere(false, true); }

std::vector<std::string> Catalog::namesWhere(bool tables, bool views) const {
  std::set<std::string> names;
  for (const Entries* entries : {&permanent_, &temporary_}) {
    for (const auto& [name, entry] : *entries) {
      if (isView(entry) ? views : tables) names.insert(name);
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace millrace
