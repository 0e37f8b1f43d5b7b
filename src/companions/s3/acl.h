// Access control lists. They are kept and given back; who may do what is decided by IAM policies.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/model/api_error.h"
#include "aws/model/generated/s3/shapes/grant.h"
#include "companions/s3/lookup.h"

namespace millrace::s3 {

inline constexpr std::string_view kOwnershipConfiguration = "ownership";
inline constexpr std::string_view kAclConfiguration = "acl";

// The ACL headers of a request.
struct AclHeaders {
  std::optional<std::string> canned;  // x-amz-acl
  std::optional<std::string> fullControl;
  std::optional<std::string> read;
  std::optional<std::string> readAcp;
  std::optional<std::string> write;
  std::optional<std::string> writeAcp;

  bool any() const { return canned || fullControl || read || readAcp || write || writeAcp; }
};

// Objects have no grant of WRITE.
template <typename Input>
AclHeaders objectAclHeaders(const Input& input) {
  return {input.acl, input.grantFullControl, input.grantRead, input.grantReadACP,
          {},        input.grantWriteACP};
}
template <typename Input>
AclHeaders bucketAclHeaders(const Input& input) {
  return {input.acl,          input.grantFullControl, input.grantRead,
          input.grantReadACP, input.grantWrite,       input.grantWriteACP};
}

// The grants that the headers mean.
Outcome<std::vector<Grant>> grantsOf(const AclHeaders& headers, std::string_view ownerAccount);
// What an owner has when nothing else was said.
std::vector<Grant> ownersGrants(std::string_view account);

// AccessControlListNotSupported in a bucket whose owner owns everything, unless it is only that
// owner to whom something is granted.
Outcome<void> checkAclAllowed(Transaction& transaction, const BucketRecord& bucket,
                              const std::vector<Grant>& grants);

std::string grantsToJson(const std::vector<Grant>& grants);
// "" is the owner's.
Outcome<std::vector<Grant>> grantsFromJson(std::string_view json, std::string_view account);

Outcome<std::string> checkedGrants(Transaction& transaction, const BucketRecord& bucket,
                                   const AclHeaders& headers);
// What is kept with a new object; "" without ACL headers.
template <typename Input>
Outcome<std::string> objectGrants(Transaction& transaction, const BucketRecord& bucket,
                                  const Input& input) {
  return checkedGrants(transaction, bucket, objectAclHeaders(input));
}

}  // namespace millrace::s3
