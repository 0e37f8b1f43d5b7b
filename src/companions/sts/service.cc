#include "companions/sts/service.h"

#include "aws/model/generated/sts/service.h"
#include "aws/server/generated/sts/bindings.h"
#include "companions/companion.h"

namespace millrace {

namespace sts {

Service::Service() : millrace::Service(kModel, bindings()) {}

AccessRequest Service::accessOf(const RequestContext& context, const Document& input) {
  // Everyone may ask who they are, even where a policy denies it.
  if (context.operation.name == "GetCallerIdentity") return {};
  return millrace::Service::accessOf(context, input);
}

}  // namespace sts

void addStsCompanion(CompanionCatalog& catalog) {
  catalog.add({"sts", [](const CompanionContext&) -> Result<std::unique_ptr<Service>> {
                 return std::unique_ptr<Service>(std::make_unique<sts::Service>());
               }});
}

}  // namespace millrace
