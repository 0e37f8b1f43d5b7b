// The written form of a SQL type, before any of its names and lengths are checked.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sql/ast/node.h"

namespace millrace {

// Units of intervals, of EXTRACT, FLOOR, CEIL, TIMESTAMPADD and TIMESTAMPDIFF.
enum class ParsedTimeUnit : uint8_t {
  kMillennium,
  kCentury,
  kDecade,
  kYear,
  kIsoYear,
  kQuarter,
  kMonth,
  kWeek,
  kDay,
  kDayOfWeek,     // DOW: Sunday is 1
  kIsoDayOfWeek,  // ISODOW: Monday is 1
  kDayOfYear,     // DOY
  kHour,
  kMinute,
  kSecond,
  kMillisecond,
  kMicrosecond,
  kNanosecond,
  kEpoch,
};

// "YEAR", "DOW", ...
const char* timeUnitName(ParsedTimeUnit unit);

// unit[(precision)] [TO unit[(fraction)]] of an interval type or literal.
struct ParsedIntervalQualifier {
  SourcePosition position;
  ParsedTimeUnit start = ParsedTimeUnit::kDay;
  std::optional<ParsedTimeUnit> end;
  std::optional<int64_t> precision;
  std::optional<int64_t> fraction;  // of SECOND

  // YEAR TO MONTH family rather than DAY TO SECOND.
  bool isYearMonth() const;
  std::string toString() const;
};

struct ParsedTypeName : ParsedNode {
  enum class Kind : uint8_t {
    kBoolean,
    kTinyint,
    kSmallint,
    kInteger,
    kBigint,
    kFloat,
    kDouble,
    kDecimal,  // also DEC and NUMERIC
    kChar,
    kVarchar,  // also STRING: `length` is then the largest
    kBinary,
    kVarbinary,  // also BYTES: `length` is then the largest
    kDate,
    kTime,
    kTimestamp,     // WITHOUT TIME ZONE
    kTimestampTz,   // WITH TIME ZONE
    kTimestampLtz,  // WITH LOCAL TIME ZONE
    kInterval,
    kArray,       // children: element
    kMap,         // children: key, value
    kMultiset,    // children: element
    kRow,         // children with fieldNames and fieldComments
    kStructured,  // STRUCTURED<'class', name type ...>: className and fields as kRow
    kRaw,         // RAW('class', 'serializer snapshot')
    kNull,        // NULL
    kVariant,
    kDescriptor,
    kUser,  // any other name: userName
  };

  Kind kind = Kind::kInteger;
  // Length of CHAR, VARCHAR, BINARY, VARBINARY; precision of DECIMAL, TIME, TIMESTAMP...
  std::optional<int64_t> length;
  std::optional<int64_t> scale;
  // true for NULL, false for NOT NULL, nothing when neither is written.
  std::optional<bool> nullable;
  std::vector<ParsedTypeName> children;
  std::vector<ParsedIdentifier> fieldNames;
  std::vector<std::optional<std::string>> fieldComments;
  std::optional<ParsedIntervalQualifier> interval;
  std::string className;   // RAW and STRUCTURED
  std::string serializer;  // RAW
  ParsedName userName;

  // SQL text that parses to the same type: "ROW<`a` INT NOT NULL>".
  std::string toString() const;
};

}  // namespace millrace
