#include "sql/optimizer/optimizer.h"

namespace millrace {

Result<std::vector<LogicalPtr>> optimize(std::vector<LogicalPtr> roots,
                                         const BindContext& context) {
  roots = dropUnusedWatermarks(roots);
  for (LogicalPtr& root : roots) {
    root = pruneEmpty(pushFilters(root, context));
    root = extractJoinKeys(root);
    root = TRY(recogniseWindows(root));
    root = pruneEmpty(TRY(recogniseRanks(root)));
  }
  // Roots were rewritten one by one; what they share becomes one node again.
  roots = shareSubplans(roots);
  roots = pruneColumns(roots);
  roots = mergeProjections(roots);
  return shareSubplans(roots);
}

}  // namespace millrace
