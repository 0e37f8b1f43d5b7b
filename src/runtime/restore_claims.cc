#include "runtime/restore_claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace millrace {

namespace {

bool hasAlias(const StoredOperator& stored, const std::string& id) {
  return std::find(stored.aliases.begin(), stored.aliases.end(), id) != stored.aliases.end();
}

// The id without its number: "x/aggregate(t)#2" and "x/aggregate(t)" are twins.
std::string_view withoutNumber(std::string_view id) {
  size_t hash = id.rfind('#');
  bool numbered = hash != std::string_view::npos && hash + 1 < id.size() &&
                  id.find_first_not_of("0123456789", hash + 1) == std::string_view::npos;
  return numbered ? id.substr(0, hash) : id;
}

bool isTwin(const std::string& storedId, const StoredOperator& stored, const std::string& id) {
  std::string_view wanted = withoutNumber(id);
  if (withoutNumber(storedId) == wanted) return true;
  return std::any_of(stored.aliases.begin(), stored.aliases.end(),
                     [&](const std::string& alias) { return withoutNumber(alias) == wanted; });
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

// Where several operators have the same id but for the number, numbers move when one of them comes
// or goes: then what an operator reads has to agree as well.
const std::string* storedIdOf(const Manifest& manifest, const JobNode& node) {
  size_t numTwins = 0;
  for (const auto& [storedId, stored] : manifest.operators) {
    numTwins += isTwin(storedId, stored, node.id) ? 1 : 0;
  }
  if (numTwins > 0 && (numTwins > 1 || node.hasTwin)) {
    const std::string* first = nullptr;
    for (const auto& [storedId, stored] : manifest.operators) {
      bool same = isTwin(storedId, stored, node.id) && stored.conditions == node.conditions;
      // Of twins that read the same the number decides.
      if (same && (storedId == node.id || hasAlias(stored, node.id))) return &storedId;
      if (same && first == nullptr) first = &storedId;
    }
    return first;
  }
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
  size_t numOthers = unclaimed.size() - 1;
  std::string others =
      numOthers == 0 ? "" : fmt::format(", nor {} other{}", numOthers, numOthers == 1 ? "" : "s");
  return Error(ErrorKind::kRestore, fmt::format("the snapshot has state of operator '{}'{}, which "
                                                "the job does not have{}",
                                                unclaimed[0], what, others))
      .withHint(
          "Restore the query it was taken from, or set "
          "'execution.state-recovery.ignore-unclaimed-state' to drop that state.");
}

Result<RestoredCheckpoint> openFor(JobGraph& graph, FileSystem& files, const std::string& path) {
  if (graph.derivesMaxParallelism) {
    Manifest manifest = TRY(SnapshotDirectory::readManifest(files, path));
    graph.maxParallelism = manifest.maxParallelism;
    for (const JobNode& node : graph.nodes) {
      if (node.parallelism <= graph.maxParallelism) continue;
      return Error(ErrorKind::kRestore,
                   fmt::format("parallelism {} exceeds the max parallelism {} of checkpoint '{}'",
                               node.parallelism, graph.maxParallelism, path))
          .withHint(
              fmt::format("Lower 'parallelism.default' to {} at the most.", graph.maxParallelism));
    }
  }
  return openCheckpoint(files, path, graph.maxParallelism);
}

void nameOperators(const JobGraph& graph, Manifest& manifest) {
  for (const JobNode& node : graph.nodes) {
    auto found = manifest.operators.find(node.id);
    if (found == manifest.operators.end()) continue;
    found->second.aliases = node.aliases;
    found->second.title = node.title;
    found->second.conditions = node.conditions;
  }
}

}  // namespace millrace
