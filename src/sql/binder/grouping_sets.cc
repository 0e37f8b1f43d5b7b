#include "sql/binder/grouping_sets.h"

#include <fmt/format.h>

#include <algorithm>

#include "sql/binder/expression_binder.h"

namespace millrace {

namespace {

using Sets = std::vector<ParsedGroupingSet>;

Error tooManySets(SourcePosition position) {
  return Error(ErrorKind::kUnsupported, fmt::format("more than {} grouping sets", kMaxGroupingSets))
      .at(position);
}

ParsedGroupingSet joined(const ParsedGroupingSet& a, const ParsedGroupingSet& b) {
  ParsedGroupingSet set = a;
  set.insert(set.end(), b.begin(), b.end());
  return set;
}

ParsedGroupingSet partOf(const ParsedGroupingElement& element) {
  ParsedGroupingSet set;
  for (const ParsedExpressionPtr& expression : element.expressions) set.push_back(expression.get());
  return set;
}

// Of elements side by side: each set of one with each set of the others.
Result<Sets> setsOf(const std::vector<ParsedGroupingElement>& elements);

Result<Sets> setsOf(const ParsedGroupingElement& element) {
  Sets sets;
  switch (element.type) {
    case ParsedGroupingElement::Type::kExpressions:
      sets.push_back(partOf(element));
      break;
    case ParsedGroupingElement::Type::kGroupingSets:
      for (const ParsedGroupingElement& child : element.children) {
        for (ParsedGroupingSet& set : TRY(setsOf(child))) sets.push_back(std::move(set));
      }
      break;
    case ParsedGroupingElement::Type::kRollup: {
      sets.emplace_back();
      for (const ParsedGroupingElement& child : element.children) {
        sets.push_back(joined(sets.back(), partOf(child)));
      }
      std::reverse(sets.begin(), sets.end());
      break;
    }
    case ParsedGroupingElement::Type::kCube:
      sets.emplace_back();
      for (const ParsedGroupingElement& child : element.children) {
        if (sets.size() > kMaxGroupingSets) return tooManySets(element.position);
        Sets with;
        for (const ParsedGroupingSet& set : sets) with.push_back(joined(set, partOf(child)));
        sets.insert(sets.begin(), with.begin(), with.end());
      }
      break;
  }
  if (sets.size() > kMaxGroupingSets) return tooManySets(element.position);
  return sets;
}

Result<Sets> setsOf(const std::vector<ParsedGroupingElement>& elements) {
  Sets sets(1);
  for (const ParsedGroupingElement& element : elements) {
    Sets parts = TRY(setsOf(element));
    if (sets.size() * parts.size() > kMaxGroupingSets) return tooManySets(element.position);
    Sets all;
    for (const ParsedGroupingSet& set : sets) {
      for (const ParsedGroupingSet& part : parts) all.push_back(joined(set, part));
    }
    sets = std::move(all);
  }
  return sets;
}

}  // namespace

Result<std::vector<ParsedGroupingSet>> groupingSetsOf(
    const std::vector<ParsedGroupingElement>& groupBy) {
  return setsOf(groupBy);
}

// GROUPING and GROUPING_ID (one bit per argument: whether it is left out of the row's set).
Result<std::optional<ExprPtr>> ExpressionBinder::bindGrouping(const ParsedCall& call) {
  std::string name = call.upperName();
  if (name != "GROUPING" && name != "GROUPING_ID") return std::optional<ExprPtr>();
  if (calls_ == nullptr || insideAggregate_) {
    return Error(ErrorKind::kValidation, fmt::format("'{}' is not allowed in {}", name, clause_));
  }
  if (call.args.empty() || (name == "GROUPING" && call.args.size() > 1)) {
    return Error(ErrorKind::kValidation,
                 fmt::format("wrong number of arguments for '{}': {}", name, call.args.size()));
  }
  calls_->groupings.push_back(TRY(bindAll(call.args)));
  auto index = kGroupingBase + static_cast<uint32_t>(calls_->groupings.size() - 1);
  return std::optional<ExprPtr>(Expr::input(index, Type::bigint().withNullable(false)));
}

}  // namespace millrace
