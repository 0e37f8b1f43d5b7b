#include "aws/model/generated/sts/get_access_key_info.h"

#include "companions/sts/service.h"

namespace millrace::sts {

Outcome<GetAccessKeyInfoResponse> getAccessKeyInfo(Service& service, GetAccessKeyInfoRequest& input,
                                                   RequestContext&) {
  auto found = service.access().find(input.accessKeyId);
  if (!found) {
    return ApiError("ValidationError", 400, "The access key is not valid in this account.");
  }
  GetAccessKeyInfoResponse response;
  response.account = found->principal.account;
  return response;
}

}  // namespace millrace::sts
