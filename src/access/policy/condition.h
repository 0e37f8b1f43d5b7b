// PolicyCondition: one line of a statement's Condition, such as
//
//   "ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["team", "cost-*"]}
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/policy/policy_pattern.h"

namespace millrace {

enum class ConditionOperator : uint8_t {
  kStringEquals,
  kStringNotEquals,
  kStringEqualsIgnoreCase,
  kStringNotEqualsIgnoreCase,
  kStringLike,
  kStringNotLike,
  kNumericEquals,
  kNumericNotEquals,
  kNumericLessThan,
  kNumericLessThanEquals,
  kNumericGreaterThan,
  kNumericGreaterThanEquals,
  kDateEquals,
  kDateNotEquals,
  kDateLessThan,
  kDateLessThanEquals,
  kDateGreaterThan,
  kDateGreaterThanEquals,
  kBool,
  kBinaryEquals,
  kIpAddress,
  kNotIpAddress,
  kArnEquals,
  kArnNotEquals,
  kArnLike,
  kArnNotLike,
  kNull,
};

struct PolicyCondition {
  // How the values of a key with many values must match.
  enum class Quantifier : uint8_t { kNone, kForAllValues, kForAnyValue };

  ConditionOperator comparison = ConditionOperator::kStringEquals;
  Quantifier quantifier = Quantifier::kNone;
  bool ifExists = false;
  std::string key;  // in lower case
  std::vector<PolicyPattern> values;
};

// The values of a condition key (in lower case) in a request; empty: the key is not there.
using ConditionKeys = std::function<std::vector<std::string>(std::string_view key)>;

// Whether the condition holds. A variable in a value is a condition key with one value.
bool conditionHolds(const PolicyCondition& condition, const ConditionKeys& keys);

// A condition key as a variable: its only value, or nothing.
PolicyVariables variablesOf(const ConditionKeys& keys);

// "StringLike", without prefix and suffix; names are taken in any case, as AWS does.
std::optional<ConditionOperator> conditionOperatorOf(std::string_view name);
// Whether values of the operator may have wildcards or variables.
bool takesWildcards(ConditionOperator comparison);
bool takesVariables(ConditionOperator comparison);
// Whether a value can be compared at all: a number, a date, a block of addresses.
bool fitsOperator(ConditionOperator comparison, std::string_view value);

}  // namespace millrace
