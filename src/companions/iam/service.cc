#include "companions/iam/service.h"

#include <algorithm>
#include <string_view>

#include "aws/model/generated/iam/service.h"
#include "aws/server/generated/iam/bindings.h"
#include "companions/companion.h"

namespace millrace {

namespace iam {

namespace {

// A marker is the key of an item (page.h): a name, an ARN, a key of a tag. The item may be gone.
bool mayBeMarker(std::string_view marker) {
  constexpr std::string_view kSigns = " _+=,.@-/:";
  return std::all_of(marker.begin(), marker.end(), [&](char c) {
    bool letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    // Letters beyond ASCII are several bytes, all of them negative.
    return letterOrDigit || c < 0 || kSigns.find(c) != std::string_view::npos;
  });
}

}  // namespace

Service::Service(AccessControl& access)
    : millrace::Service(kModel, iam::bindings()), access_(access) {}

Outcome<void> Service::validate(const RequestContext& context, const Document& input) {
  TRY(millrace::Service::validate(context, input));
  const Document* found = input.find("Marker");
  const auto* marker = found == nullptr ? nullptr : found->as<std::string>();
  if (marker == nullptr || mayBeMarker(*marker)) return {};
  return ApiError("ValidationError", 400, "Invalid Marker: no page of this list has given it.");
}

}  // namespace iam

void addIamCompanion(CompanionCatalog& catalog) {
  catalog.add(
      {"iam", iam::kModel, [](const CompanionContext& context) -> Result<std::unique_ptr<Service>> {
         TRY(refuseSettings(context, "iam"));
         return std::unique_ptr<Service>(std::make_unique<iam::Service>(context.access));
       }});
}

}  // namespace millrace
