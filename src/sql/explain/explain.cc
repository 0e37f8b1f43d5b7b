#include "sql/explain/explain.h"

#include <fmt/format.h>

#include <unordered_map>

#include "sql/optimizer/optimizer.h"
#include "sql/optimizer/rewrite.h"
#include "sql/plan/describe.h"
#include "sql/planner/changelog.h"
#include "sql/planner/table_use.h"

namespace millrace {

namespace {

class PlanPrinter {
 public:
  PlanPrinter(const ChangelogModes* modes, std::unordered_map<const LogicalNode*, int> parents)
      : modes_(modes), parents_(std::move(parents)) {}

  void print(const LogicalNode& node, const std::string& prefix, const std::string& childPrefix,
             std::string& out) {
    auto known = reused_.find(&node);
    if (known != reused_.end()) {
      out += fmt::format("{}Reused(reference_id=[{}])\n", prefix, known->second);
      return;
    }
    std::string line = describe(node);
    if (modes_ != nullptr) {
      line.insert(line.size() - 1, fmt::format(", changelogMode={}", modes_->at(&node).toString()));
    }
    if (parents_[&node] > 1 && !node.inputs.empty()) {
      reused_[&node] = ++numReused_;
      line += fmt::format("(reuse_id=[{}])", numReused_);
    }
    out += prefix + line + "\n";
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      bool last = i + 1 == node.inputs.size();
      print(*node.inputs[i], childPrefix + (last ? "+- " : ":- "),
            childPrefix + (last ? "   " : ":  "), out);
    }
  }

 private:
  const ChangelogModes* modes_;
  std::unordered_map<const LogicalNode*, int> parents_;
  std::unordered_map<const LogicalNode*, int> reused_;
  int numReused_ = 0;
};

// A sink to the client is not shown, as in Flink. Without it nobody asks for -U of the last
// operator.
std::vector<LogicalPtr> shown(const std::vector<LogicalPtr>& plans) {
  std::vector<LogicalPtr> roots;
  for (const LogicalPtr& plan : plans) {
    const auto* sink = plan->tryAs<LogicalSink>();
    roots.push_back(sink && !sink->table ? plan->inputs[0] : plan);
  }
  return roots;
}

std::string section(const std::string& title, const std::vector<LogicalPtr>& plans,
                    const ChangelogModes* modes) {
  std::string out = "== " + title + " ==\n";
  PlanPrinter printer(modes, countParents(plans));
  for (size_t i = 0; i < plans.size(); ++i) {
    if (i > 0) out += "\n";
    printer.print(*plans[i], "", "", out);
  }
  return out;
}

}  // namespace

Result<std::string> explainPlans(const std::vector<LogicalPtr>& plans, const BindContext& context,
                                 const ExplainOptions& options) {
  std::vector<LogicalPtr> optimised = TRY(optimize(plans, context));
  TRY(checkTables(optimised));
  optimised = shown(optimised);
  ChangelogModes modes = TRY(inferChangelogModes(optimised));
  std::string out = section("Abstract Syntax Tree", shown(plans), nullptr);
  out += "\n" +
         section("Optimized Physical Plan", optimised, options.changelogMode ? &modes : nullptr);
  out += "\n" + section("Optimized Execution Plan", optimised, nullptr);
  return out;
}

}  // namespace millrace
