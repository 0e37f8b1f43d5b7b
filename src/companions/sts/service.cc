#include "companions/sts/service.h"

#include "aws/model/generated/sts/service.h"
#include "aws/server/generated/sts/bindings.h"
#include "companions/companion.h"

namespace millrace {

namespace sts {

Service::Service(AccessControl& access)
    : millrace::Service(kModel, sts::bindings()), access_(access) {}

AccessRequest Service::accessOf(const RequestContext& context, const Document& input) {
  std::string_view operation = context.operation.name;
  // Everyone may ask who they are, and for a session of their own, even where a policy denies it.
  bool open = operation == "GetCallerIdentity" || operation == "GetSessionToken";
  // The trust policy of the role decides together with the caller's policies: access() does that.
  bool byTrust = operation == "AssumeRole" || operation == "AssumeRoleWithWebIdentity";
  if (open || byTrust) return {};
  return millrace::Service::accessOf(context, input);
}

}  // namespace sts

void addStsCompanion(CompanionCatalog& catalog) {
  catalog.add(
      {"sts", sts::kModel, [](const CompanionContext& context) -> Result<std::unique_ptr<Service>> {
         TRY(refuseSettings(context, "sts"));
         return std::unique_ptr<Service>(std::make_unique<sts::Service>(context.access));
       }});
}

}  // namespace millrace
