#include "aws/model/generated/sts/get_caller_identity.h"

#include "companions/sts/service.h"

namespace millrace::sts {

Outcome<GetCallerIdentityResponse> getCallerIdentity(Service&, GetCallerIdentityRequest&,
                                                     RequestContext& context) {
  GetCallerIdentityResponse response;
  response.userId = context.principal.userId;
  response.account = context.principal.account;
  response.arn = context.principal.arn;
  return response;
}

}  // namespace millrace::sts
