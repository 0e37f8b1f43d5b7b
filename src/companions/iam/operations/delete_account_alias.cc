#include "aws/model/generated/iam/delete_account_alias.h"

#include <fmt/format.h>

#include "aws/model/generated/iam/errors.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<DeleteAccountAliasResponse> deleteAccountAlias(Service& service,
                                                       DeleteAccountAliasRequest& input,
                                                       RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    if (state.accountAlias != input.accountAlias) {
      return noSuchEntityException(
          fmt::format("The account alias {} cannot be found.", input.accountAlias));
    }
    state.accountAlias.clear();
    return Outcome<void>();
  }));
  return DeleteAccountAliasResponse();
}

}  // namespace millrace::iam
