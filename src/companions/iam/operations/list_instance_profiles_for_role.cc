#include "aws/model/generated/iam/list_instance_profiles_for_role.h"

#include "companions/iam/identity_edit.h"
#include "companions/iam/service.h"

namespace millrace::iam {

Outcome<ListInstanceProfilesForRoleResponse> listInstanceProfilesForRole(
    Service& service, ListInstanceProfilesForRoleRequest& input, RequestContext&) {
  // Instance profiles belong to virtual machines, of which there are none.
  TRY(findRole(*service.state(), input.roleName));
  ListInstanceProfilesForRoleResponse response;
  response.isTruncated = false;
  return response;
}

}  // namespace millrace::iam
