#include "companions/iam/policy_version.h"

#include <fmt/format.h>

#include "aws/model/generated/iam/errors.h"
#include "companions/iam/identity_edit.h"
#include "companions/iam/new_record.h"

namespace millrace::iam {

Outcome<PolicyVersionRecord> newVersion(const RequestContext& context,
                                        const std::string& document) {
  constexpr size_t kMaxSize = 6144;
  PolicyVersionRecord version;
  version.parsed = TRY(parseDocument(document, PolicyUse::kManaged));
  if (countedSize(document) > kMaxSize) {
    return limitExceededException(fmt::format("Cannot exceed quota for PolicySize: {}", kMaxSize));
  }
  version.document = document;
  version.createdMillis = secondsOf(context);
  return version;
}

Outcome<int64_t> findVersion(const PolicyRecord& policy, const std::string& id) {
  int64_t version = parsePolicyVersionId(id);
  if (!policy.versions.contains(version)) {
    return noSuchEntityException(
        fmt::format("Policy {} version {} does not exist or is not attachable.", policy.arn, id));
  }
  return version;
}

}  // namespace millrace::iam
