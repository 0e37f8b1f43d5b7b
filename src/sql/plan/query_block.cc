#include "sql/plan/query_block.h"

#include <unordered_map>

namespace millrace {

namespace {

bool belongsToBlock(const LogicalNode& node) {
  switch (node.kind) {
    case LogicalKind::kScan:
    case LogicalKind::kValues:
    case LogicalKind::kProject:
    case LogicalKind::kFilter:
    case LogicalKind::kWatermark:
    case LogicalKind::kUnion:
    case LogicalKind::kSink:
      return false;
    default:
      return true;
  }
}

class BlockMarker {
 public:
  explicit BlockMarker(const std::string& name) : name_(name) {}

  LogicalPtr mark(const LogicalPtr& node) {
    auto known = done_.find(node.get());
    if (known != done_.end()) return known->second;
    std::vector<LogicalPtr> inputs;
    for (const LogicalPtr& input : node->inputs) inputs.push_back(mark(input));
    LogicalPtr marked = node;
    bool own = node->block.empty() && belongsToBlock(*node);
    if (own || inputs != node->inputs) {
      std::shared_ptr<LogicalNode> copy = node->copy();
      copy->inputs = std::move(inputs);
      if (own) copy->block = name_;
      marked = std::move(copy);
    }
    return done_.emplace(node.get(), std::move(marked)).first->second;
  }

 private:
  const std::string& name_;
  std::unordered_map<const LogicalNode*, LogicalPtr> done_;
};

}  // namespace

LogicalPtr inBlock(const LogicalPtr& plan, const std::string& name) {
  return BlockMarker(name).mark(plan);
}

}  // namespace millrace
