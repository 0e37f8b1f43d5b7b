// Statements of the syntax tree.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sql/ast/query.h"

namespace millrace {

struct ParsedStatement : ParsedNode {
  enum class Kind : uint8_t {
    kQuery,
    kCreateTable,
    kCreateView,
    kCreateFunction,
    kCreateCatalog,
    kCreateDatabase,
    kDrop,
    kAlterTable,
    kAlterView,
    kInsert,
    kStatementSet,
    kExplain,
    kShow,
    kDescribe,
    kSet,
    kReset,
    kUse,
    kStopJob,
    kGeneric,
  };

  explicit ParsedStatement(Kind statementKind) : kind(statementKind) {}
  virtual ~ParsedStatement() = default;

  const Kind kind;
  // The statement's own text, without the closing semicolon.
  std::string text;

  virtual std::unique_ptr<ParsedStatement> clone() const = 0;

  template <typename T>
  bool is() const {
    return kind == T::kKind;
  }
  // Requires: is<T>().
  template <typename T>
  const T& as() const {
    CHECK(is<T>());
    return static_cast<const T&>(*this);
  }
  template <typename T>
  const T* tryAs() const {
    return is<T>() ? static_cast<const T*>(this) : nullptr;
  }

  // SQL text that parses to the same tree.
  std::string toString() const;

 protected:
  ParsedStatement(const ParsedStatement&) = default;
};

template <typename Node, ParsedStatement::Kind kNodeKind>
struct ParsedStatementOf : ParsedStatement {
  static constexpr Kind kKind = kNodeKind;
  ParsedStatementOf() : ParsedStatement(kNodeKind) {}
  std::unique_ptr<ParsedStatement> clone() const override {
    return std::make_unique<Node>(static_cast<const Node&>(*this));
  }
};

struct ParsedQueryStatement
    : ParsedStatementOf<ParsedQueryStatement, ParsedStatement::Kind::kQuery> {
  Owned<ParsedQuery> query;
};

// A column of CREATE TABLE and of ALTER TABLE ADD and MODIFY.
struct ParsedColumnDefinition {
  enum class Type : uint8_t {
    kPhysical,  // name type
    kMetadata,  // name type METADATA [FROM 'key'] [VIRTUAL]
    kComputed,  // name AS expression
    kRegular,   // name only, in the column list of CREATE TABLE ... AS
  };
  enum class Place : uint8_t { kUnspecified, kFirst, kAfter };

  ParsedName name;  // more than one part only in ALTER TABLE MODIFY of a nested field
  Type type = Type::kPhysical;
  std::optional<ParsedTypeName> dataType;  // of physical and metadata columns
  ParsedExpressionPtr expression;          // of computed columns
  std::optional<std::string> metadataKey;  // FROM 'key'
  bool isVirtual = false;
  bool primaryKey = false;       // an inline PRIMARY KEY
  bool unique = false;           // an inline UNIQUE
  std::optional<bool> enforced;  // of the inline constraint; nothing when not written
  std::optional<std::string> comment;
  Place place = Place::kUnspecified;  // ALTER TABLE only: FIRST, AFTER afterColumn
  ParsedName afterColumn;
};

struct ParsedTableConstraint {
  SourcePosition position;
  std::string name;        // CONSTRAINT name, or empty
  bool primaryKey = true;  // otherwise UNIQUE
  std::vector<ParsedIdentifier> columns;
  std::optional<bool> enforced;  // ENFORCED, NOT ENFORCED or not written
};

// WATERMARK FOR column AS expression
struct ParsedWatermark {
  SourcePosition position;
  ParsedName column;
  ParsedExpressionPtr expression;
};

// DISTRIBUTED [BY [HASH | RANGE] (columns)] [INTO n BUCKETS]
struct ParsedDistribution {
  enum class Type : uint8_t { kUnknown, kHash, kRange };

  SourcePosition position;
  Type type = Type::kUnknown;
  std::vector<ParsedIdentifier> columns;
  std::optional<int64_t> buckets;
};

struct ParsedTableLikeOption {
  enum class Strategy : uint8_t { kIncluding, kExcluding, kOverwriting };
  enum class Feature : uint8_t {
    kAll,
    kConstraints,
    kDistribution,
    kGenerated,
    kMetadata,
    kOptions,
    kPartitions,
    kWatermarks,
  };

  SourcePosition position;
  Strategy strategy = Strategy::kIncluding;
  Feature feature = Feature::kAll;
};

struct ParsedTableLike {
  ParsedName table;
  std::vector<ParsedTableLikeOption> options;
};

struct ParsedCreateTable
    : ParsedStatementOf<ParsedCreateTable, ParsedStatement::Kind::kCreateTable> {
  bool temporary = false;
  bool ifNotExists = false;
  bool orReplace = false;
  ParsedName name;
  std::vector<ParsedColumnDefinition> columns;
  std::vector<ParsedTableConstraint> constraints;
  std::vector<ParsedWatermark> watermarks;
  std::optional<std::string> comment;
  std::optional<ParsedDistribution> distribution;
  std::vector<ParsedIdentifier> partitionedBy;
  std::vector<ParsedOption> options;
  std::optional<ParsedTableLike> like;
  Owned<ParsedQuery> query;  // CREATE TABLE ... AS query, or null
};

struct ParsedCreateView : ParsedStatementOf<ParsedCreateView, ParsedStatement::Kind::kCreateView> {
  bool temporary = false;
  bool ifNotExists = false;
  bool orReplace = false;
  ParsedName name;
  std::vector<ParsedIdentifier> columns;
  std::optional<std::string> comment;
  Owned<ParsedQuery> query;
  // The text of the query as written.
  std::string queryText;
};

struct ParsedCreateFunction
    : ParsedStatementOf<ParsedCreateFunction, ParsedStatement::Kind::kCreateFunction> {
  bool temporary = false;
  bool system = false;
  bool ifNotExists = false;
  ParsedName name;
  std::string className;
  std::string language;           // upper case, or empty
  std::vector<std::string> jars;  // USING JAR 'path', ...
  std::vector<ParsedOption> options;
};

struct ParsedCreateCatalog
    : ParsedStatementOf<ParsedCreateCatalog, ParsedStatement::Kind::kCreateCatalog> {
  bool ifNotExists = false;
  ParsedName name;
  std::optional<std::string> comment;
  std::vector<ParsedOption> options;
};

struct ParsedCreateDatabase
    : ParsedStatementOf<ParsedCreateDatabase, ParsedStatement::Kind::kCreateDatabase> {
  bool ifNotExists = false;
  ParsedName name;
  std::optional<std::string> comment;
  std::vector<ParsedOption> options;
};

struct ParsedDrop : ParsedStatementOf<ParsedDrop, ParsedStatement::Kind::kDrop> {
  enum class Object : uint8_t { kTable, kView, kFunction, kDatabase, kCatalog };

  Object object = Object::kTable;
  bool temporary = false;
  bool system = false;  // TEMPORARY SYSTEM FUNCTION
  bool ifExists = false;
  bool cascade = false;  // DROP DATABASE ... CASCADE
  ParsedName name;
};

// key = value of PARTITION (...).
struct ParsedPartition {
  ParsedIdentifier column;
  ParsedExpressionPtr value;
};

// One change of ALTER TABLE. ADD (a INT, b INT) is one change for each of its parts.
struct ParsedTableChange {
  enum class Type : uint8_t {
    kRenameTable,       // newName
    kRenameColumn,      // column, newName
    kSetOptions,        // options
    kResetOptions,      // keys
    kAddColumn,         // definition
    kModifyColumn,      // definition
    kDropColumn,        // column
    kAddConstraint,     // constraint
    kModifyConstraint,  // constraint
    kDropConstraint,    // column: the constraint's name
    kDropPrimaryKey,
    kAddWatermark,     // watermark
    kModifyWatermark,  // watermark
    kDropWatermark,
    kAddDistribution,     // distribution
    kModifyDistribution,  // distribution
    kDropDistribution,
    kAddPartition,   // partition, options
    kDropPartition,  // partition
  };

  SourcePosition position;
  Type type = Type::kSetOptions;
  ParsedName column;
  ParsedName newName;
  std::vector<ParsedOption> options;
  std::vector<ParsedIdentifier> keys;
  std::optional<ParsedColumnDefinition> definition;
  std::optional<ParsedTableConstraint> constraint;
  std::optional<ParsedWatermark> watermark;
  std::optional<ParsedDistribution> distribution;
  std::vector<ParsedPartition> partition;
  bool ifExists = false;  // of the part: ADD ... IF NOT EXISTS, DROP ... IF EXISTS
};

struct ParsedAlterTable : ParsedStatementOf<ParsedAlterTable, ParsedStatement::Kind::kAlterTable> {
  bool ifExists = false;
  ParsedName name;
  std::vector<ParsedTableChange> changes;
};

// ALTER VIEW name RENAME TO newName, or AS query.
struct ParsedAlterView : ParsedStatementOf<ParsedAlterView, ParsedStatement::Kind::kAlterView> {
  ParsedName name;
  ParsedName newName;  // or empty
  Owned<ParsedQuery> query;
  std::string queryText;
};

struct ParsedInsert : ParsedStatementOf<ParsedInsert, ParsedStatement::Kind::kInsert> {
  bool overwrite = false;
  bool execute = false;  // written EXECUTE INSERT
  bool upsert = false;   // UPSERT INTO
  ParsedName table;
  std::vector<ParsedHint> hints;
  std::vector<ParsedPartition> partition;
  std::vector<ParsedName> columns;
  Owned<ParsedQuery> query;
  // ON CONFLICT DO ERROR | NOTHING | DEDUPLICATE: the upper-case word, or empty.
  std::string onConflict;
};

// EXECUTE STATEMENT SET BEGIN insert; ... END, BEGIN STATEMENT SET; insert; ... END, and the same
// below EXPLAIN.
struct ParsedStatementSet
    : ParsedStatementOf<ParsedStatementSet, ParsedStatement::Kind::kStatementSet> {
  std::vector<Owned<ParsedStatement>> inserts;  // ParsedInsert, or ParsedCreateTable with a query
};

struct ParsedExplain : ParsedStatementOf<ParsedExplain, ParsedStatement::Kind::kExplain> {
  // Upper case: ESTIMATED_COST, CHANGELOG_MODE, JSON_EXECUTION_PLAN, PLAN_ADVICE.
  std::vector<ParsedIdentifier> details;
  Owned<ParsedStatement> statement;
};

struct ParsedShow : ParsedStatementOf<ParsedShow, ParsedStatement::Kind::kShow> {
  enum class What : uint8_t {
    kCatalogs,
    kDatabases,
    kTables,
    kViews,
    kMaterializedTables,
    kFunctions,
    kUserFunctions,
    kProcedures,
    kColumns,     // name: the table
    kPartitions,  // name: the table
    kModels,
    kModules,
    kFullModules,
    kJars,
    kJobs,
    kCurrentCatalog,
    kCurrentDatabase,
    kCreateTable,              // name
    kCreateView,               // name
    kCreateCatalog,            // name
    kCreateMaterializedTable,  // name
    kCreateModel,              // name
  };

  What what = What::kTables;
  ParsedName name;  // of the object, or of the database or catalog of FROM and IN; may be empty
  bool negated = false;     // NOT LIKE
  bool ignoreCase = false;  // ILIKE
  std::optional<std::string> like;
  std::vector<ParsedPartition> partition;  // SHOW PARTITIONS t PARTITION (..)
};

struct ParsedDescribe : ParsedStatementOf<ParsedDescribe, ParsedStatement::Kind::kDescribe> {
  enum class Object : uint8_t { kTable, kCatalog, kDatabase, kJob, kFunction, kModel };

  Object object = Object::kTable;
  bool extended = false;
  ParsedName name;  // of a job: one part, its identifier
};

// SET lists all options; SET 'k' = 'v' sets one.
struct ParsedSet : ParsedStatementOf<ParsedSet, ParsedStatement::Kind::kSet> {
  std::optional<ParsedOption> option;
};

// RESET resets all options; RESET 'k' one.
struct ParsedReset : ParsedStatementOf<ParsedReset, ParsedStatement::Kind::kReset> {
  std::optional<ParsedIdentifier> key;
};

struct ParsedUse : ParsedStatementOf<ParsedUse, ParsedStatement::Kind::kUse> {
  enum class Object : uint8_t { kDatabase, kCatalog, kModules };

  Object object = Object::kDatabase;
  std::vector<ParsedName> names;  // one, or several modules
};

struct ParsedStopJob : ParsedStatementOf<ParsedStopJob, ParsedStatement::Kind::kStopJob> {
  std::string job;
  bool withSavepoint = false;
  bool withDrain = false;
};

// A statement of Flink that is recognised but not taken apart, such as "ANALYZE TABLE".
struct ParsedGeneric : ParsedStatementOf<ParsedGeneric, ParsedStatement::Kind::kGeneric> {
  std::string name;  // upper case, words separated by one space
};

}  // namespace millrace
