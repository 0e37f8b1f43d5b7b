#include "aws/model/generated/iam/list_account_aliases.h"

#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<ListAccountAliasesResponse> listAccountAliases(Service& service, ListAccountAliasesRequest&,
                                                       RequestContext&) {
  ListAccountAliasesResponse response;
  auto state = service.state();
  if (!state->accountAlias.empty()) response.accountAliases.push_back(state->accountAlias);
  response.isTruncated = false;
  return response;
}

}  // namespace millrace::iam
