#include "access/policy/condition.h"

#include <algorithm>
#include <array>
#include <utility>

#include "access/policy/condition_value.h"

namespace millrace {

namespace {

using enum ConditionOperator;

// What a name means: how two values compare, and whether the result is turned around.
enum class Family : uint8_t { kText, kNumber, kDate, kBoolean, kBytes, kAddress, kArn, kNull };

struct Description {
  std::string_view name;
  ConditionOperator comparison;
  Family family;
  bool negated;
};

constexpr std::array kOperators = {
    Description{"StringEquals", kStringEquals, Family::kText, false},
    Description{"StringNotEquals", kStringNotEquals, Family::kText, true},
    Description{"StringEqualsIgnoreCase", kStringEqualsIgnoreCase, Family::kText, false},
    Description{"StringNotEqualsIgnoreCase", kStringNotEqualsIgnoreCase, Family::kText, true},
    Description{"StringLike", kStringLike, Family::kText, false},
    Description{"StringNotLike", kStringNotLike, Family::kText, true},
    Description{"NumericEquals", kNumericEquals, Family::kNumber, false},
    Description{"NumericNotEquals", kNumericNotEquals, Family::kNumber, true},
    Description{"NumericLessThan", kNumericLessThan, Family::kNumber, false},
    Description{"NumericLessThanEquals", kNumericLessThanEquals, Family::kNumber, false},
    Description{"NumericGreaterThan", kNumericGreaterThan, Family::kNumber, false},
    Description{"NumericGreaterThanEquals", kNumericGreaterThanEquals, Family::kNumber, false},
    Description{"DateEquals", kDateEquals, Family::kDate, false},
    Description{"DateNotEquals", kDateNotEquals, Family::kDate, true},
    Description{"DateLessThan", kDateLessThan, Family::kDate, false},
    Description{"DateLessThanEquals", kDateLessThanEquals, Family::kDate, false},
    Description{"DateGreaterThan", kDateGreaterThan, Family::kDate, false},
    Description{"DateGreaterThanEquals", kDateGreaterThanEquals, Family::kDate, false},
    Description{"Bool", kBool, Family::kBoolean, false},
    Description{"BinaryEquals", kBinaryEquals, Family::kBytes, false},
    Description{"IpAddress", kIpAddress, Family::kAddress, false},
    Description{"NotIpAddress", kNotIpAddress, Family::kAddress, true},
    Description{"ArnEquals", kArnEquals, Family::kArn, false},
    Description{"ArnNotEquals", kArnNotEquals, Family::kArn, true},
    Description{"ArnLike", kArnLike, Family::kArn, false},
    Description{"ArnNotLike", kArnNotLike, Family::kArn, true},
    Description{"Null", kNull, Family::kNull, false},
};

const Description& describe(ConditionOperator comparison) {
  return kOperators[static_cast<size_t>(comparison)];
}

template <typename T>
bool ordered(ConditionOperator comparison, const T& value, const T& limit) {
  switch (comparison) {
    case kNumericLessThan:
    case kDateLessThan:
      return value < limit;
    case kNumericLessThanEquals:
    case kDateLessThanEquals:
      return value <= limit;
    case kNumericGreaterThan:
    case kDateGreaterThan:
      return value > limit;
    case kNumericGreaterThanEquals:
    case kDateGreaterThanEquals:
      return value >= limit;
    default:
      return value == limit;  // also NotEquals: the caller turns the result around
  }
}

template <typename Parse>
bool compareParsed(ConditionOperator comparison, std::string_view value, std::string_view limit,
                   Parse parse) {
  auto left = parse(value);
  auto right = parse(limit);
  return left && right && ordered(comparison, *left, *right);
}

bool sameBoolean(std::string_view value, std::string_view wanted) {
  return inLowerCase(value) == inLowerCase(wanted);
}

bool inBlock(std::string_view address, std::string_view block) {
  auto inner = parseAddressBlock(address);
  auto outer = parseAddressBlock(block);
  return inner && outer && outer->contains(*inner);
}

// Whether a value of the request satisfies one value of the policy, before negation.
bool satisfies(ConditionOperator comparison, std::string_view value, const PolicyPattern& wanted,
               const PolicyVariables& variables) {
  switch (describe(comparison).family) {
    case Family::kText:
      return comparison == kStringEqualsIgnoreCase || comparison == kStringNotEqualsIgnoreCase
                 ? wanted.matchesIgnoringCase(value, variables)
                 : wanted.matches(value, variables);
    case Family::kNumber:
      return compareParsed(comparison, value, wanted.text(), parseConditionNumber);
    case Family::kDate:
      return compareParsed(comparison, value, wanted.text(), parseConditionDate);
    case Family::kBoolean:
      return sameBoolean(value, wanted.text());
    case Family::kBytes:
      return value == wanted.text();
    case Family::kAddress:
      return inBlock(value, wanted.text());
    case Family::kArn:
      return wanted.matchesArn(value, variables);
    case Family::kNull:
      break;
  }
  return false;
}

}  // namespace

PolicyVariables variablesOf(const ConditionKeys& keys) {
  return [&keys](std::string_view name) -> std::optional<std::string> {
    std::vector<std::string> values = keys(name);
    if (values.size() != 1) return std::nullopt;
    return std::move(values[0]);
  };
}

bool conditionHolds(const PolicyCondition& condition, const ConditionKeys& keys) {
  using Quantifier = PolicyCondition::Quantifier;
  std::vector<std::string> values = keys(condition.key);
  if (condition.comparison == kNull) {
    return std::ranges::any_of(condition.values, [&](const PolicyPattern& wanted) {
      return sameBoolean(values.empty() ? "true" : "false", wanted.text());
    });
  }
  bool negated = describe(condition.comparison).negated;
  if (values.empty()) {
    if (condition.quantifier == Quantifier::kForAllValues || condition.ifExists) return true;
    // "Not equal" holds for a key that is not there.
    return negated && condition.quantifier == Quantifier::kNone;
  }
  PolicyVariables variables = variablesOf(keys);
  // One of the policy's values suffices; negated, none of them may match.
  auto holds = [&](const std::string& value) {
    bool found = std::ranges::any_of(condition.values, [&](const PolicyPattern& wanted) {
      return satisfies(condition.comparison, value, wanted, variables);
    });
    return found != negated;
  };
  bool all = condition.quantifier == Quantifier::kForAllValues ||
             (condition.quantifier == Quantifier::kNone && negated);
  return all ? std::ranges::all_of(values, holds) : std::ranges::any_of(values, holds);
}

std::optional<ConditionOperator> conditionOperatorOf(std::string_view name) {
  std::string lower = inLowerCase(name);
  for (const Description& entry : kOperators) {
    if (inLowerCase(entry.name) == lower) return entry.comparison;
  }
  return std::nullopt;
}

bool takesWildcards(ConditionOperator comparison) {
  return comparison == kStringLike || comparison == kStringNotLike ||
         describe(comparison).family == Family::kArn;
}

bool takesVariables(ConditionOperator comparison) {
  Family family = describe(comparison).family;
  return family == Family::kText || family == Family::kArn;
}

bool fitsOperator(ConditionOperator comparison, std::string_view value) {
  switch (describe(comparison).family) {
    case Family::kNumber:
      return parseConditionNumber(value).has_value();
    case Family::kDate:
      return parseConditionDate(value).has_value();
    case Family::kAddress:
      return parseAddressBlock(value).has_value();
    case Family::kBoolean:
    case Family::kNull:
      return sameBoolean(value, "true") || sameBoolean(value, "false");
    default:
      return true;
  }
}

}  // namespace millrace
