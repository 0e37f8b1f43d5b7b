#include "runtime/restore_claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace millrace {

namespace {

bool hasAlias(const StoredOperator& stored, const std::string& id) {
  return std::find(stored.aliases.begin(), stored.aliases.end(), id) != stored.aliases.end();
}

const std::string* findId(const Manifest& manifest, const std::string& id) {
  auto found = manifest.operators.find(id);
  if (found != manifest.operators.end()) return &found->first;
  for (const auto& [storedId, stored] : manifest.operators) {
    if (hasAlias(stored, id)) return &storedId;
  }
  return nullptr;
}

}  // namespace

const std::string* storedIdOf(const Manifest& manifest, const JobNode& node) {
  const std::string* found = findId(manifest, node.id);
  for (size_t i = 0; found == nullptr && i < node.aliases.size(); ++i) {
    found = findId(manifest, node.aliases[i]);
  }
  return found;
}

std::vector<std::string> unclaimedOf(const Manifest& manifest, const JobGraph& graph) {
  std::set<std::string> claimed;
  for (const JobNode& node : graph.nodes) {
    if (const std::string* id = storedIdOf(manifest, node)) claimed.insert(*id);
  }
  std::vector<std::string> unclaimed;
  for (const auto& [id, stored] : manifest.operators) {
    if (!claimed.contains(id)) unclaimed.push_back(id);
  }
  return unclaimed;
}

Status checkClaims(const Manifest& manifest, const JobGraph& graph) {
  std::vector<std::string> unclaimed = unclaimedOf(manifest, graph);
  if (unclaimed.empty()) return {};
  const StoredOperator& stored = manifest.operators.at(unclaimed[0]);
  std::string what = stored.title.empty() ? "" : fmt::format(" ({})", stored.title);
  std::string others =
      unclaimed.size() == 1 ? "" : fmt::format(", nor {} others", unclaimed.size() - 1);
  return Error(ErrorKind::kRestore, fmt::format("the snapshot has state of operator '{}'{}, which "
                                                "the job does not have{}",
                                                unclaimed[0], what, others))
      .withHint(
          "Restore the query it was taken from, or set "
          "'execution.state-recovery.ignore-unclaimed-state' to drop that state.");
}

void nameOperators(const JobGraph& graph, Manifest& manifest) {
  for (const JobNode& node : graph.nodes) {
    auto found = manifest.operators.find(node.id);
    if (found == manifest.operators.end()) continue;
    found->second.aliases = node.aliases;
    found->second.title = node.title;
  }
}

}  // namespace millrace
