#include "connectors/datagen/value_generator.h"

#include <fmt/format.h>

#include <cfloat>
#include <charconv>
#include <cmath>

#include "types/decimal.h"

namespace millrace {

namespace {

constexpr int64_t kMillisPerDay = 86'400'000;
constexpr int64_t kMostMonths = 120'000;
constexpr int64_t kCollectionLength = 3;
constexpr int64_t kTextLength = 100;

uint64_t mix(uint64_t z) {
  z += 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

double unit(uint64_t random) { return static_cast<double>(random >> 11) * 0x1p-53; }

// A number in [low, high]; the whole range of int64 is allowed.
int64_t between(uint64_t random, int64_t low, int64_t high) {
  auto range = static_cast<unsigned __int128>(static_cast<__int128>(high) - low + 1);
  auto offset = static_cast<unsigned __int128>(random) * range >> 64;
  return static_cast<int64_t>(static_cast<__int128>(low) + static_cast<__int128>(offset));
}

Error wrongOption(const std::string& key, const std::string& value, const char* hint) {
  return Error(ErrorKind::kInvalidOption,
               fmt::format("option '{}' of connector 'datagen' cannot be '{}'", key, value))
      .withHint(hint);
}

Result<int64_t> readInteger(const OptionReader& options, const std::string& key,
                            int64_t otherwise) {
  auto written = options.all().find(key);
  if (written == options.all().end()) return otherwise;
  const std::string& text = written->second;
  int64_t value = 0;
  auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || stop != text.data() + text.size()) {
    return wrongOption(key, text, "It must be an integer.");
  }
  return value;
}

Result<double> readReal(const OptionReader& options, const std::string& key, double otherwise) {
  auto written = options.all().find(key);
  if (written == options.all().end()) return otherwise;
  const std::string& text = written->second;
  double value = 0;
  auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || stop != text.data() + text.size()) {
    return wrongOption(key, text, "It must be a number.");
  }
  return value;
}

constexpr std::string_view kFieldOptions[] = {"kind",   "start",   "end",      "min",      "max",
                                              "length", "var-len", "max-past", "null-rate"};

// Whether an option says anything about values of the type.
bool applies(std::string_view option, const Type& type, bool sequence) {
  if (option == "kind") return true;
  bool isBound = option == "start" || option == "end";
  if (sequence || isBound) return sequence && isBound;
  bool isText = type.kind() == TypeKind::kVarchar || type.kind() == TypeKind::kVarbinary;
  bool isNumber = type.isInteger() || type.isInterval() || type.isApproximate() ||
                  type.kind() == TypeKind::kDecimal;
  if (option == "min" || option == "max") return isNumber;
  if (option == "length") return isText || (type.isNested() && type.kind() != TypeKind::kRow);
  if (option == "var-len") return isText;
  if (option == "max-past") return type.isTimestamp();
  return true;
}

struct Range {
  int64_t low;
  int64_t high;
};

Range rangeOf(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kTinyint:
      return {INT8_MIN, INT8_MAX};
    case TypeKind::kSmallint:
      return {INT16_MIN, INT16_MAX};
    case TypeKind::kInteger:
      return {INT32_MIN, INT32_MAX};
    case TypeKind::kIntervalYearMonth:
      return {0, kMostMonths};
    case TypeKind::kIntervalDayTime:
      return {0, INT64_MAX};
    default:
      return {INT64_MIN, INT64_MAX};
  }
}

}  // namespace

Result<ValueGenerator> ValueGenerator::make(const std::string& name, const Type& type,
                                            const OptionReader& options, uint64_t seed) {
  ValueGenerator made;
  made.name_ = name;
  made.type_ = type;
  made.seed_ = mix(seed + type.numChildren());
  TRY(made.readOptions(options));
  for (size_t i = 0; i < type.numChildren(); ++i) {
    std::string child = type.kind() == TypeKind::kRow   ? type.fieldNames()[i]
                        : type.kind() == TypeKind::kMap ? (i == 0 ? "key" : "value")
                                                        : "element";
    made.children_.push_back(
        TRY(make(name + "." + child, type.child(i), options, made.seed_ + i + 1)));
  }
  return made;
}

Status ValueGenerator::readOptions(const OptionReader& options) {
  std::string prefix = "fields." + name_ + ".";
  auto kind = options.all().find(prefix + "kind");
  if (kind != options.all().end() && kind->second == "sequence") {
    sequence_ = true;
    TRY(checkOptions(options));
    return readSequence(options);
  }
  if (kind != options.all().end() && kind->second != "random") {
    return wrongOption(kind->first, kind->second, "It must be 'random' or 'sequence'.");
  }
  TRY(checkOptions(options));
  length_ = TRY(readLength(options));
  auto vary = options.all().find(prefix + "var-len");
  varyLength_ = vary != options.all().end() && vary->second == "true";
  nullRate_ = TRY(readReal(options, prefix + "null-rate", 0));
  auto past = options.all().find(prefix + "max-past");
  if (past != options.all().end()) maxPastMillis_ = TRY(parseDurationMillis(past->second));
  return readRange(options);
}

// As in Flink an option that a type has no use for is an unknown one.
Status ValueGenerator::checkOptions(const OptionReader& options) const {
  for (std::string_view option : kFieldOptions) {
    auto written = options.all().find(fmt::format("fields.{}.{}", name_, option));
    if (written == options.all().end() || applies(option, type_, sequence_)) continue;
    std::string usable;
    for (std::string_view other : kFieldOptions) {
      if (!applies(other, type_, sequence_)) continue;
      usable += fmt::format("{}{}", usable.empty() ? "" : ", ", other);
    }
    return Error(ErrorKind::kUnknownOption,
                 fmt::format("option '{}' has no meaning for a {} of type {}", written->first,
                             sequence_ ? "sequence" : "random value", type_.toString()))
        .withHint(fmt::format("Such a field has the options: {}.", usable));
  }
  return {};
}

Result<int64_t> ValueGenerator::readLength(const OptionReader& options) const {
  bool bounded =
      (type_.isCharacter() || type_.isBinaryString()) && type_.length() != kMaxStringLength;
  int64_t longest = bounded ? type_.length() : kMaxStringLength;
  int64_t usual = type_.isNested() ? kCollectionLength : bounded ? type_.length() : kTextLength;
  std::string key = "fields." + name_ + ".length";
  int64_t length = TRY(readInteger(options, key, usual));
  if (length >= 0 && length <= longest) return length;
  return wrongOption(key, std::to_string(length),
                     "It must not be negative, nor above the length of the column's type.");
}

void ValueGenerator::appendNames(std::vector<std::string>& out) const {
  out.push_back(name_);
  for (const ValueGenerator& child : children_) child.appendNames(out);
}

Status ValueGenerator::readRange(const OptionReader& options) {
  std::string prefix = "fields." + name_ + ".";
  if (type_.isApproximate()) {
    bool isFloat = type_.kind() == TypeKind::kFloat;
    lowReal_ = TRY(readReal(options, prefix + "min", isFloat ? FLT_TRUE_MIN : DBL_TRUE_MIN));
    highReal_ = TRY(readReal(options, prefix + "max", isFloat ? FLT_MAX : DBL_MAX));
    return {};
  }
  if (type_.kind() == TypeKind::kDecimal) {
    double most = std::pow(10.0, type_.precision() - type_.scale());
    lowReal_ = TRY(readReal(options, prefix + "min", -most));
    highReal_ = TRY(readReal(options, prefix + "max", most));
    return {};
  }
  if (!type_.isInteger() && !type_.isInterval()) return {};
  Range range = rangeOf(type_);
  low_ = TRY(readInteger(options, prefix + "min", range.low));
  high_ = TRY(readInteger(options, prefix + "max", range.high));
  if (low_ > high_ || low_ < range.low || high_ > range.high) {
    return wrongOption(prefix + "min", std::to_string(low_),
                       "min must not be above max, and both must fit the column's type.");
  }
  return {};
}

Status ValueGenerator::readSequence(const OptionReader& options) {
  bool right = type_.isInteger() || type_.isApproximate() || type_.isCharacter() ||
               type_.kind() == TypeKind::kDecimal;
  if (!right) {
    return Error(ErrorKind::kUnsupported, fmt::format("a sequence of {}", type_.toString()))
        .withHint("Use a number or a string.");
  }
  for (const char* key : {"start", "end"}) {
    std::string full = "fields." + name_ + "." + key;
    if (options.has(full)) continue;
    return Error(ErrorKind::kMissingOption,
                 fmt::format("could not find required property '{}' for sequence generator", full))
        .withHint("Give the first and the last number of the sequence.");
  }
  low_ = TRY(readInteger(options, "fields." + name_ + ".start", 0));
  high_ = TRY(readInteger(options, "fields." + name_ + ".end", 0));
  if (low_ <= high_) return {};
  return wrongOption("fields." + name_ + ".end", std::to_string(high_),
                     "It must not be below the start.");
}

uint64_t ValueGenerator::draw(int64_t row) const {
  return mix(seed_ ^ (static_cast<uint64_t>(row) * 0xD1342543DE82EF95ULL));
}

void ValueGenerator::append(const std::vector<int64_t>& rows, int64_t nowMillis,
                            ColumnBuilder& builder) const {
  builder.reserve(rows.size());
  if (sequence_) {
    for (int64_t row : rows) appendSequence(row, builder);
    return;
  }
  for (int64_t row : rows) appendOne(row, nowMillis, builder);
}

void ValueGenerator::appendSequence(int64_t row, ColumnBuilder& builder) const {
  int64_t value = low_ + row;
  if (type_.isCharacter()) return builder.appendString(std::to_string(value));
  if (type_.isApproximate()) return builder.appendReal(static_cast<double>(value));
  if (type_.kind() == TypeKind::kDecimal) {
    OptionalDecimal decimal = decimalFromInteger(value, type_.precision(), type_.scale());
    return decimal ? builder.appendWide(*decimal) : builder.appendNull();
  }
  builder.appendInt(value);
}

void ValueGenerator::appendOne(int64_t row, int64_t nowMillis, ColumnBuilder& builder) const {
  uint64_t random = draw(row);
  if (nullRate_ > 0 && unit(mix(random)) < nullRate_) return builder.appendNull();
  switch (type_.kind()) {
    case TypeKind::kBoolean:
      return builder.appendBool(random >> 63 != 0);
    case TypeKind::kTinyint:
    case TypeKind::kSmallint:
    case TypeKind::kInteger:
    case TypeKind::kBigint:
    case TypeKind::kIntervalYearMonth:
    case TypeKind::kIntervalDayTime:
      return builder.appendInt(between(random, low_, high_));
    case TypeKind::kFloat:
    case TypeKind::kDouble: {
      double share = unit(random);
      return builder.appendReal(lowReal_ * (1 - share) + highReal_ * share);
    }
    case TypeKind::kDecimal:
      return appendDecimal(random, builder);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return appendText(random, builder);
    case TypeKind::kDate:
      return builder.appendInt(nowMillis / kMillisPerDay);
    case TypeKind::kTime:
      return builder.appendInt(nowMillis % kMillisPerDay);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz: {
      int64_t millis = nowMillis;
      if (maxPastMillis_ > 0) millis -= between(random, 0, maxPastMillis_ - 1);
      if (builder.physical() == Physical::kNanoTimestamp) {
        return builder.appendNano({millis, 0, 0});
      }
      return builder.appendInt(millis * 1'000);
    }
    case TypeKind::kNull:
      return builder.appendNull();
    default:
      return appendNested(row, nowMillis, builder);
  }
}

void ValueGenerator::appendDecimal(uint64_t random, ColumnBuilder& builder) const {
  double share = unit(random);
  double value = lowReal_ * (1 - share) + highReal_ * share;
  OptionalDecimal decimal = decimalFromDouble(value, type_.precision(), type_.scale());
  decimal ? builder.appendWide(*decimal) : builder.appendWide(0);
}

// Strings are hexadecimal digits, as Flink's.
void ValueGenerator::appendText(uint64_t random, ColumnBuilder& builder) const {
  int64_t length = length_;
  if (varyLength_ && length > 0) length = between(mix(random), 1, length);
  std::string text(static_cast<size_t>(length), '\0');
  bool hex = type_.isCharacter();
  for (size_t i = 0; i < text.size(); ++i) {
    if (i % 8 == 0) random = mix(random);
    text[i] = hex ? "0123456789abcdef"[random & 15] : static_cast<char>(random);
    random >>= 8;
  }
  builder.appendString(text);
}

void ValueGenerator::appendNested(int64_t row, int64_t nowMillis, ColumnBuilder& builder) const {
  if (type_.kind() == TypeKind::kRow) {
    for (size_t i = 0; i < children_.size(); ++i) {
      children_[i].appendOne(row, nowMillis, builder.child(i));
    }
    return builder.endRow();
  }
  builder.beginList();
  for (int64_t i = 0; i < length_; ++i) {
    // Elements have row numbers of their own.
    int64_t element = row * kMillisPerDay + i;
    children_[0].appendOne(element, nowMillis, builder.child(0));
    if (type_.kind() == TypeKind::kMap) {
      children_[1].appendOne(element, nowMillis, builder.child(1));
    } else if (type_.kind() == TypeKind::kMultiset) {
      builder.child(1).appendInt(between(draw(element), 1, 10));
    }
  }
  builder.endList();
}

}  // namespace millrace
