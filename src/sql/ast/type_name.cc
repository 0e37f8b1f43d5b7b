#include "sql/ast/type_name.h"

#include <fmt/format.h>

#include "sql/ast/sql_writer.h"

namespace millrace {

const char* timeUnitName(ParsedTimeUnit unit) {
  switch (unit) {
    case ParsedTimeUnit::kMillennium:
      return "MILLENNIUM";
    case ParsedTimeUnit::kCentury:
      return "CENTURY";
    case ParsedTimeUnit::kDecade:
      return "DECADE";
    case ParsedTimeUnit::kYear:
      return "YEAR";
    case ParsedTimeUnit::kIsoYear:
      return "ISOYEAR";
    case ParsedTimeUnit::kQuarter:
      return "QUARTER";
    case ParsedTimeUnit::kMonth:
      return "MONTH";
    case ParsedTimeUnit::kWeek:
      return "WEEK";
    case ParsedTimeUnit::kDay:
      return "DAY";
    case ParsedTimeUnit::kDayOfWeek:
      return "DOW";
    case ParsedTimeUnit::kIsoDayOfWeek:
      return "ISODOW";
    case ParsedTimeUnit::kDayOfYear:
      return "DOY";
    case ParsedTimeUnit::kHour:
      return "HOUR";
    case ParsedTimeUnit::kMinute:
      return "MINUTE";
    case ParsedTimeUnit::kSecond:
      return "SECOND";
    case ParsedTimeUnit::kMillisecond:
      return "MILLISECOND";
    case ParsedTimeUnit::kMicrosecond:
      return "MICROSECOND";
    case ParsedTimeUnit::kNanosecond:
      return "NANOSECOND";
    case ParsedTimeUnit::kEpoch:
      return "EPOCH";
  }
  return "";
}

bool ParsedIntervalQualifier::isYearMonth() const {
  return start == ParsedTimeUnit::kYear || start == ParsedTimeUnit::kQuarter ||
         start == ParsedTimeUnit::kMonth;
}

std::string ParsedIntervalQualifier::toString() const {
  std::string out = timeUnitName(start);
  if (precision && fraction && !end) {
    out += fmt::format("({}, {})", *precision, *fraction);
  } else if (precision) {
    out += fmt::format("({})", *precision);
  }
  if (!end) return out;
  out += fmt::format(" TO {}", timeUnitName(*end));
  if (fraction) out += fmt::format("({})", *fraction);
  return out;
}

std::string ParsedTypeName::toString() const {
  SqlWriter writer;
  writer.write(*this);
  return writer.take();
}

namespace {

using Kind = ParsedTypeName::Kind;

std::string_view plainTypeName(Kind kind) {
  switch (kind) {
    case Kind::kBoolean:
      return "BOOLEAN";
    case Kind::kTinyint:
      return "TINYINT";
    case Kind::kSmallint:
      return "SMALLINT";
    case Kind::kInteger:
      return "INT";
    case Kind::kBigint:
      return "BIGINT";
    case Kind::kFloat:
      return "FLOAT";
    case Kind::kDouble:
      return "DOUBLE";
    case Kind::kDecimal:
      return "DECIMAL";
    case Kind::kChar:
      return "CHAR";
    case Kind::kVarchar:
      return "VARCHAR";
    case Kind::kBinary:
      return "BINARY";
    case Kind::kVarbinary:
      return "VARBINARY";
    case Kind::kDate:
      return "DATE";
    case Kind::kTime:
      return "TIME";
    case Kind::kTimestamp:
    case Kind::kTimestampTz:
      return "TIMESTAMP";
    case Kind::kTimestampLtz:
      return "TIMESTAMP_LTZ";
    case Kind::kNull:
      return "NULL";
    case Kind::kVariant:
      return "VARIANT";
    case Kind::kDescriptor:
      return "DESCRIPTOR";
    case Kind::kArray:
      return "ARRAY";
    case Kind::kMap:
      return "MAP";
    case Kind::kMultiset:
      return "MULTISET";
    case Kind::kRow:
      return "ROW";
    case Kind::kStructured:
      return "STRUCTURED";
    case Kind::kRaw:
      return "RAW";
    case Kind::kInterval:
      return "INTERVAL";
    case Kind::kUser:
      return "";
  }
  return "";
}

}  // namespace

void SqlWriter::writeRowFields(const ParsedTypeName& type) {
  for (size_t i = 0; i < type.children.size(); ++i) {
    if (i > 0 || type.kind == Kind::kStructured) add(", ");
    addName(type.fieldNames[i].name);
    add(" ");
    write(type.children[i]);
    if (!type.fieldComments[i]) continue;
    add(" ");
    addString(*type.fieldComments[i]);
  }
}

void SqlWriter::write(const ParsedTypeName& type) {
  bool isLargest = type.length == INT32_MAX;
  if (type.kind == Kind::kVarchar && isLargest) {
    add("STRING");
  } else if (type.kind == Kind::kVarbinary && isLargest) {
    add("BYTES");
  } else {
    bool isInteger = expansion_ != nullptr && type.kind == Kind::kInteger;
    add(isInteger ? "INTEGER" : plainTypeName(type.kind));
    if (type.length && type.scale)
      add(fmt::format("({}, {})", *type.length, *type.scale));
    else if (type.length)
      add(fmt::format("({})", *type.length));
  }
  if (type.kind == Kind::kTimestampTz) add(" WITH TIME ZONE");
  if (type.kind == Kind::kInterval) add(" " + type.interval->toString());
  if (type.kind == Kind::kUser) addName(type.userName);
  if (type.kind == Kind::kRaw) {
    add("(");
    addString(type.className);
    add(", ");
    addString(type.serializer);
    add(")");
  }
  std::string_view opening = expansion_ != nullptr ? "< " : "<";
  std::string_view closing = expansion_ != nullptr ? " >" : ">";
  bool fields = type.kind == Kind::kRow || type.kind == Kind::kStructured;
  if (fields) {
    add(opening);
    if (type.kind == Kind::kStructured) addString(type.className);
    writeRowFields(type);
    add(closing);
  } else if (!type.children.empty()) {
    add(opening);
    addList(type.children, [this](const ParsedTypeName& child) { write(child); });
    add(closing);
  }
  if (type.nullable) add(*type.nullable ? " NULL" : " NOT NULL");
}

}  // namespace millrace
