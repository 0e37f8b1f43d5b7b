#include "sql/catalog/show_create.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace millrace {

namespace {

// Flink's serialisable names: those of summaries have shorter forms for some types.
std::string longName(const Type& type) {
  std::string name;
  switch (type.kind()) {
    case TypeKind::kArray:
      name = fmt::format("ARRAY<{}>", longName(type.child(0)));
      break;
    case TypeKind::kMultiset:
      name = fmt::format("MULTISET<{}>", longName(type.child(0)));
      break;
    case TypeKind::kMap:
      name = fmt::format("MAP<{}, {}>", longName(type.child(0)), longName(type.child(1)));
      break;
    case TypeKind::kRow: {
      std::vector<std::string> fields;
      for (size_t i = 0; i < type.numChildren(); ++i) {
        fields.push_back(quoteIdentifier(type.fieldNames()[i]) + " " + longName(type.child(i)));
      }
      name = fmt::format("ROW<{}>", fmt::join(fields, ", "));
      break;
    }
    case TypeKind::kTimestampLtz:
      name = fmt::format("TIMESTAMP({}) WITH LOCAL TIME ZONE", type.precision());
      break;
    default:
      name = type.withNullable(true).toString();
      if (name == "STRING") name = "VARCHAR(2147483647)";
      if (name == "BYTES") name = "VARBINARY(2147483647)";
      break;
  }
  return type.nullable() ? name : name + " NOT NULL";
}

std::string optionList(const OptionMap& options) {
  std::vector<std::string> lines;
  for (const auto& [key, value] : options) {
    lines.push_back(fmt::format("  {} = {}", quoteString(key), quoteString(value)));
  }
  return fmt::format("WITH (\n{}\n)", fmt::join(lines, ",\n"));
}

std::string columnLine(const CatalogColumn& column) {
  std::string line = "  " + quoteIdentifier(column.name) + " ";
  if (column.kind == ColumnKind::kComputed) {
    line += "AS " + column.expression->toString();
  } else {
    line += longName(column.type);
  }
  if (column.kind == ColumnKind::kMetadata) {
    line += " METADATA";
    if (column.metadataKey != column.name) line += " FROM " + quoteString(column.metadataKey);
    if (column.isVirtual) line += " VIRTUAL";
  }
  if (!column.comment.empty()) line += " COMMENT " + quoteString(column.comment);
  return line;
}

std::string quotedList(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& name : names) quoted.push_back(quoteIdentifier(name));
  return fmt::format("{}", fmt::join(quoted, ", "));
}

}  // namespace

std::string showCreate(const CatalogTable& table) {
  std::vector<std::string> lines;
  for (const CatalogColumn& column : table.columns) lines.push_back(columnLine(column));
  if (!table.watermarkColumn.empty()) {
    lines.push_back(fmt::format("  WATERMARK FOR {} AS {}", quoteIdentifier(table.watermarkColumn),
                                table.watermark->toString()));
  }
  if (!table.primaryKey.empty()) {
    lines.push_back(fmt::format("  CONSTRAINT {} PRIMARY KEY ({}) NOT ENFORCED",
                                quoteIdentifier(table.primaryKeyName),
                                quotedList(table.primaryKey)));
  }
  std::string text = fmt::format(
      "CREATE {}TABLE `{}`.`{}`.{} (\n{}\n)", table.temporary ? "TEMPORARY " : "", kDefaultCatalog,
      kDefaultDatabase, quoteIdentifier(table.name), fmt::join(lines, ",\n"));
  if (!table.comment.empty()) text += "\nCOMMENT " + quoteString(table.comment);
  if (!table.partitionKeys.empty()) {
    text += "\nPARTITIONED BY (" + quotedList(table.partitionKeys) + ")";
  }
  return text + "\n" + optionList(table.options) + "\n";
}

std::string showCreate(const CatalogView& view) {
  std::vector<std::string> names;
  for (const Field& field : view.schema) names.push_back("  " + quoteIdentifier(field.name));
  std::string text = fmt::format(
      "CREATE {}VIEW `{}`.`{}`.{} (\n{}\n)\n", view.temporary ? "TEMPORARY " : "", kDefaultCatalog,
      kDefaultDatabase, quoteIdentifier(view.name), fmt::join(names, ",\n"));
  if (!view.comment.empty()) text += "COMMENT " + quoteString(view.comment) + "\n";
  return text + "AS " + view.expandedText + "\n";
}

}  // namespace millrace
