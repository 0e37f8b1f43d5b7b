#include "aws/model/generated/iam/create_account_alias.h"

#include <fmt/format.h>

#include "aws/model/generated/iam/errors.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<CreateAccountAliasResponse> createAccountAlias(Service& service,
                                                       CreateAccountAliasRequest& input,
                                                       RequestContext&) {
  TRY(service.change([&](IdentityState& state) -> Outcome<void> {
    if (!state.accountAlias.empty() && state.accountAlias == input.accountAlias) {
      return entityAlreadyExistsException(
          fmt::format("The account alias {} already exists.", input.accountAlias));
    }
    state.accountAlias = input.accountAlias;
    return Outcome<void>();
  }));
  return CreateAccountAliasResponse();
}

}  // namespace millrace::iam
