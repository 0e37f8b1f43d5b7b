// The catalogue of tables and views that a session knows. One catalogue, default_catalog, with one
// database, default_database, as in a fresh Flink session. Not thread-safe: the session's thread
// only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "connectors/connector.h"
#include "sql/ast/statement.h"
#include "types/type.h"

namespace millrace {

enum class ColumnKind : uint8_t { kPhysical, kMetadata, kComputed };

struct CatalogColumn {
  std::string name;
  Type type;
  ColumnKind kind = ColumnKind::kPhysical;
  std::string metadataKey;         // kMetadata
  bool isVirtual = false;          // kMetadata: not written by INSERT
  ParsedExpressionPtr expression;  // kComputed
  std::string comment;
};

// A table as CREATE TABLE described it. Immutable once in the catalogue.
struct CatalogTable {
  std::string name;
  std::vector<CatalogColumn> columns;
  std::string watermarkColumn;  // empty = no watermark
  ParsedExpressionPtr watermark;
  std::vector<std::string> primaryKey;
  std::string primaryKeyName;
  std::vector<std::string> partitionKeys;
  OptionMap options;
  std::string comment;
  bool temporary = false;

  // Type of all columns, the rowtime attribute marked.
  Schema schema() const;
  // Physical columns only, in order, and the table as its connector sees it.
  TableDefinition definition() const;
};

struct CatalogView {
  std::string name;
  Schema schema;
  Owned<ParsedQuery> query;
  std::string text;          // of the query
  std::string expandedText;  // of the query, all names written in full
  std::string comment;
  bool temporary = false;
};

inline constexpr std::string_view kDefaultCatalog = "default_catalog";
inline constexpr std::string_view kDefaultDatabase = "default_database";

// Tables and views. A temporary one hides the permanent one of its name until it is dropped.
class Catalog {
 public:
  using Entry =
      std::variant<std::shared_ptr<const CatalogTable>, std::shared_ptr<const CatalogView>>;

  // Resolves a name of one to three parts; nullptr when there is no such object.
  const Entry* find(const ParsedName& name) const;
  // True when there is a temporary (or else a permanent) object of this very name.
  bool contains(const ParsedName& name, bool temporary) const;
  // The error for a name that is not there, with close matches.
  Error unknownTable(const ParsedName& name) const;
  // Checks qualifiers: an unknown catalogue or database is an error.
  Status checkPath(const ParsedName& name) const;

  // kDuplicateObject unless ifNotExists (then nothing happens) or replace.
  Status add(const ParsedName& name, Entry entry, bool ifNotExists, bool replace = false);
  // kind: a table or a view must be there, else an error unless ifExists.
  Status drop(const ParsedName& name, bool view, bool temporary, bool ifExists);
  Status rename(const ParsedName& from, const ParsedName& to);

  // Names of tables and views (views only when asked), sorted.
  std::vector<std::string> names() const;
  std::vector<std::string> viewNames() const;

 private:
  using Entries = std::map<std::string, Entry>;  // by unqualified name

  Entries& entriesOf(bool temporary) { return temporary ? temporary_ : permanent_; }
  std::vector<std::string> namesWhere(bool tables, bool views) const;

  Entries permanent_;
  Entries temporary_;
};

}  // namespace millrace
