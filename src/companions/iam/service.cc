#include "companions/iam/service.h"

#include "aws/model/generated/iam/service.h"
#include "aws/server/generated/iam/bindings.h"
#include "companions/companion.h"

namespace millrace {

namespace iam {

Service::Service(AccessControl& access)
    : millrace::Service(kModel, iam::bindings()), access_(access) {}

}  // namespace iam

void addIamCompanion(CompanionCatalog& catalog) {
  catalog.add(
      {"iam", iam::kModel, [](const CompanionContext& context) -> Result<std::unique_ptr<Service>> {
         TRY(refuseSettings(context, "iam"));
         return std::unique_ptr<Service>(std::make_unique<iam::Service>(context.access));
       }});
}

}  // namespace millrace
