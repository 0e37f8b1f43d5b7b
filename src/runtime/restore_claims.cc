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

// The text without a number at its end, which stands between the two: "x#2" and "x" without "#2".
std::string_view withoutNumber(std::string_view text, char before, std::string_view after) {
  if (!text.ends_with(after)) return text;
  size_t begin = text.rfind(before);
  if (begin == std::string_view::npos) return text;
  std::string_view number = text.substr(begin + 1, text.size() - after.size() - begin - 1);
  bool isNumber = !number.empty() && number.find_first_not_of("0123456789") == number.npos;
  return isNumber ? text.substr(0, begin) : text;
}

// The id without its numbers: "insert:t[1]/aggregate(o)#2" and "insert:t[0]/aggregate(o)" are
// twins.
std::string twinName(std::string_view id) {
  size_t slash = std::min(id.find('/'), id.size());
  return std::string(withoutNumber(id.substr(0, slash), '[', "]")) +
         std::string(withoutNumber(id.substr(slash), '#', ""));
}

bool hasTwinName(const std::string& id, const std::vector<std::string>& aliases,
                 const std::string& name) {
  return twinName(id) == name ||
         std::any_of(aliases.begin(), aliases.end(),
                     [&](const std::string& alias) { return twinName(alias) == name; });
}

const std::string* findId(const Manifest& manifest, const std::string& id) {
  auto found = manifest.operators.find(id);
  if (found != manifest.operators.end()) return &found->first;
  for (const auto& [storedId, stored] : manifest.operators) {
    if (hasAlias(stored, id)) return &storedId;
  }
  return nullptr;
}

// Which stored operator each node claims. Where several have the same id but for the numbers,
// numbers move when one of them comes or goes: then what an operator reads has to agree as well.
class Claims {
 public:
  Claims(const Manifest& manifest, const JobGraph& graph)
      : manifest_(manifest), graph_(graph), claims_(graph.nodes.size(), nullptr) {}

  std::vector<const std::string*> make() {
    std::vector<uint32_t> twins;
    for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
      const JobNode& node = graph_.nodes[i];
      size_t numStored = storedTwins(node).size();
      bool isOneOfMany = numStored > 1 || (numStored == 1 && node.hasTwin);
      if (isOneOfMany) {
        twins.push_back(i);
      } else {
        claim(i, findAny(node));
      }
    }
    // Of twins that read the same the number decides.
    for (uint32_t i : twins) claim(i, find(i, [&](const auto& id) { return isSame(i, id); }));
    for (uint32_t i : twins) {
      if (claims_[i] != nullptr) continue;
      claim(i, find(i, [&](const auto& id) { return readsSame(i, id) && !claimed_.contains(id); }));
    }
    // None of them has come or gone: the numbers hold, and what is read has changed.
    for (uint32_t i : twins) {
      const JobNode& node = graph_.nodes[i];
      if (claims_[i] != nullptr || storedTwins(node).size() != numTwins(node)) continue;
      claim(i, find(i, [&](const auto& id) { return hasId(i, id) && !claimed_.contains(id); }));
    }
    return std::move(claims_);
  }

 private:
  void claim(uint32_t node, const std::string* id) {
    claims_[node] = id;
    if (id != nullptr) claimed_.insert(*id);
  }

  std::vector<const std::string*> storedTwins(const JobNode& node) const {
    std::string name = twinName(node.id);
    std::vector<const std::string*> twins;
    for (const auto& [id, stored] : manifest_.operators) {
      if (hasTwinName(id, stored.aliases, name)) twins.push_back(&id);
    }
    return twins;
  }
  size_t numTwins(const JobNode& node) const {
    std::string name = twinName(node.id);
    return static_cast<size_t>(std::count_if(
        graph_.nodes.begin(), graph_.nodes.end(),
        [&](const JobNode& other) { return hasTwinName(other.id, other.aliases, name); }));
  }

  const std::string* findAny(const JobNode& node) const {
    const std::string* found = findId(manifest_, node.id);
    for (size_t i = 0; found == nullptr && i < node.aliases.size(); ++i) {
      found = findId(manifest_, node.aliases[i]);
    }
    return found;
  }
  template <typename Fits>
  const std::string* find(uint32_t node, Fits fits) const {
    for (const std::string* id : storedTwins(graph_.nodes[node])) {
      if (fits(*id)) return id;
    }
    return nullptr;
  }

  bool hasId(uint32_t node, const std::string& id) const {
    const std::string& wanted = graph_.nodes[node].id;
    return id == wanted || hasAlias(manifest_.operators.at(id), wanted);
  }
  bool readsSame(uint32_t node, const std::string& id) const {
    return manifest_.operators.at(id).conditions == graph_.nodes[node].conditions;
  }
  bool isSame(uint32_t node, const std::string& id) const {
    return hasId(node, id) && readsSame(node, id);
  }

  const Manifest& manifest_;
  const JobGraph& graph_;
  std::vector<const std::string*> claims_;
  std::set<std::string> claimed_;
};

}  // namespace

std::vector<const std::string*> claimsOf(const Manifest& manifest, const JobGraph& graph) {
  return Claims(manifest, graph).make();
}

std::vector<std::string> unclaimedOf(const Manifest& manifest, const JobGraph& graph) {
  std::set<std::string> claimed;
  for (const std::string* id : claimsOf(manifest, graph)) {
    if (id != nullptr) claimed.insert(*id);
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
    found->second.semantics = node.semantics;
  }
}

}  // namespace millrace
