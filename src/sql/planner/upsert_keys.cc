#include "sql/planner/upsert_keys.h"

#include <algorithm>
#include <numeric>

namespace millrace {

namespace {

UpsertKey sorted(std::vector<uint32_t> columns) {
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

std::vector<UpsertKey> holding(const std::vector<UpsertKey>& keys,
                               const std::vector<uint32_t>& columns) {
  std::vector<UpsertKey> kept;
  for (const UpsertKey& key : keys) {
    if (holds(key, columns)) kept.push_back(key);
  }
  return kept;
}

std::vector<UpsertKey> throughProject(const LogicalProject& project,
                                      const std::vector<UpsertKey>& keys) {
  std::vector<UpsertKey> result;
  for (const UpsertKey& key : keys) {
    UpsertKey mapped;
    for (uint32_t column : key) {
      for (uint32_t c = 0; c < project.exprs.size(); ++c) {
        const Expr& expr = *project.exprs[c];
        if (expr.kind != ExprKind::kInput || expr.index != column) continue;
        mapped.push_back(c);
        break;
      }
    }
    if (mapped.size() == key.size()) result.push_back(sorted(std::move(mapped)));
  }
  return result;
}

// Whether there is one row at most with the same values in these columns.
bool isUnique(const std::vector<UpsertKey>& keys, const std::vector<uint32_t>& columns) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](const UpsertKey& key) { return holds(columns, key); });
}

UpsertKey moved(const UpsertKey& key, size_t offset) {
  UpsertKey result;
  for (uint32_t column : key) result.push_back(static_cast<uint32_t>(offset + column));
  return result;
}

}  // namespace

bool holds(const UpsertKey& key, const std::vector<uint32_t>& columns) {
  return std::all_of(columns.begin(), columns.end(), [&](uint32_t column) {
    return std::find(key.begin(), key.end(), column) != key.end();
  });
}

const std::vector<UpsertKey>& UpsertKeyInference::of(const LogicalPtr& node) {
  auto found = done_.find(node.get());
  if (found != done_.end()) return found->second;
  std::vector<UpsertKey> inferred = infer(node);
  return done_.emplace(node.get(), std::move(inferred)).first->second;
}

UpsertKey UpsertKeyInference::keyWith(const LogicalPtr& node,
                                      const std::vector<uint32_t>& columns) {
  for (const UpsertKey& key : of(node)) {
    if (holds(key, columns)) return key;
  }
  return {};
}

std::vector<UpsertKey> UpsertKeyInference::infer(const LogicalPtr& node) {
  switch (node->kind) {
    case LogicalKind::kProject:
      return throughProject(node->as<LogicalProject>(), of(node->input()));
    case LogicalKind::kFilter:
      return of(node->input());
    case LogicalKind::kAggregate: {
      UpsertKey key(node->as<LogicalAggregate>().keys.size());
      std::iota(key.begin(), key.end(), 0);
      if (key.empty()) return {};
      return {std::move(key)};
    }
    case LogicalKind::kDeduplicate: {
      UpsertKey key = sorted(node->as<LogicalDeduplicate>().keys);
      if (key.empty()) return {};
      return {std::move(key)};
    }
    case LogicalKind::kJoin:
      return ofJoin(node->as<LogicalJoin>());
    default:
      return {};
  }
}

std::vector<UpsertKey> UpsertKeyInference::ofJoin(const LogicalJoin& join) {
  std::vector<UpsertKey> left = holding(of(join.inputs[0]), join.leftKeys);
  if (join.joinKind == JoinKind::kSemi) return left;
  if (join.joinKind != JoinKind::kInner || join.leftKeys.empty()) return {};
  std::vector<UpsertKey> right = holding(of(join.inputs[1]), join.rightKeys);
  size_t offset = join.inputs[0]->schema.size();
  std::vector<UpsertKey> result;
  if (isUnique(of(join.inputs[1]), join.rightKeys)) result = left;
  if (isUnique(of(join.inputs[0]), join.leftKeys)) {
    for (const UpsertKey& key : right) result.push_back(moved(key, offset));
  }
  for (const UpsertKey& first : left) {
    for (const UpsertKey& second : right) {
      UpsertKey both = first;
      UpsertKey other = moved(second, offset);
      both.insert(both.end(), other.begin(), other.end());
      result.push_back(std::move(both));
    }
  }
  return result;
}

}  // namespace millrace
