#include "aws/model/model.h"

#include <algorithm>

namespace millrace {

const MemberModel* ShapeModel::find(std::string_view member) const {
  for (const MemberModel& candidate : members) {
    if (candidate.name == member) return &candidate;
  }
  return nullptr;
}

const OperationModel* ServiceModel::findOperation(std::string_view operation) const {
  auto found = std::lower_bound(operations.begin(), operations.end(), operation,
                                [](const OperationModel& candidate, std::string_view wanted) {
                                  return candidate.name < wanted;
                                });
  return found != operations.end() && found->name == operation ? &*found : nullptr;
}

const ErrorModel* ServiceModel::findError(std::string_view shape) const {
  for (const ErrorModel& error : errors) {
    if (error.name == shape) return &error;
  }
  return nullptr;
}

}  // namespace millrace
