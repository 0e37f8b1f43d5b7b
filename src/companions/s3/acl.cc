#include "companions/s3/acl.h"

#include "companions/s3/api_errors.h"
#include "companions/s3/identifiers.h"
#include "companions/s3/store/attributes_json.h"

namespace millrace::s3 {

namespace {

constexpr std::string_view kAllUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
constexpr std::string_view kAuthenticated =
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
constexpr std::string_view kLogDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery";

Grant grantTo(Grantee grantee, std::string_view permission) {
  Grant grant;
  grant.grantee = std::move(grantee);
  grant.permission = std::string(permission);
  return grant;
}

Grant grantToGroup(std::string_view uri, std::string_view permission) {
  Grantee grantee;
  grantee.type = "Group";
  grantee.uri = std::string(uri);
  return grantTo(std::move(grantee), permission);
}

Grant grantToUser(std::string id, std::string_view permission) {
  Grantee grantee;
  grantee.type = "CanonicalUser";
  grantee.id = std::move(id);
  return grantTo(std::move(grantee), permission);
}

Outcome<std::vector<Grant>> cannedGrants(std::string_view canned, std::string_view account) {
  std::vector<Grant> grants = ownersGrants(account);
  if (canned == "public-read" || canned == "public-read-write") {
    grants.push_back(grantToGroup(kAllUsers, "READ"));
  }
  if (canned == "public-read-write") grants.push_back(grantToGroup(kAllUsers, "WRITE"));
  if (canned == "authenticated-read") grants.push_back(grantToGroup(kAuthenticated, "READ"));
  if (canned == "log-delivery-write") {
    grants.push_back(grantToGroup(kLogDelivery, "WRITE"));
    grants.push_back(grantToGroup(kLogDelivery, "READ_ACP"));
  }
  return grants;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '"')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '"')) text.remove_suffix(1);
  return text;
}

// 'id="...", uri="..."'
Outcome<void> addGrants(const std::optional<std::string>& header, std::string_view permission,
                        std::vector<Grant>& grants) {
  std::string_view rest = header ? std::string_view(*header) : std::string_view();
  while (!trimmed(rest).empty()) {
    size_t comma = rest.find(',');
    std::string_view entry = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    size_t equals = entry.find('=');
    std::string_view kind = trimmed(entry.substr(0, equals));
    std::string value(equals == std::string_view::npos ? std::string_view()
                                                       : trimmed(entry.substr(equals + 1)));
    if (kind == "id") {
      grants.push_back(grantToUser(std::move(value), permission));
    } else if (kind == "uri") {
      grants.push_back(grantToGroup(value, permission));
    } else {
      return invalidArgument("Argument format not recognized", "x-amz-grant", entry);
    }
  }
  return {};
}

// Whether all is granted to the owner.
bool onlyToOwner(const std::vector<Grant>& grants, std::string_view account) {
  std::string owner = canonicalUserId(account);
  for (const Grant& grant : grants) {
    if (!grant.grantee || grant.grantee->id.value_or("") != owner) return false;
  }
  return true;
}

}  // namespace

std::vector<Grant> ownersGrants(std::string_view account) {
  return {grantToUser(canonicalUserId(account), "FULL_CONTROL")};
}

Outcome<std::vector<Grant>> grantsOf(const AclHeaders& headers, std::string_view ownerAccount) {
  std::vector<Grant> grants;
  TRY(addGrants(headers.fullControl, "FULL_CONTROL", grants));
  TRY(addGrants(headers.read, "READ", grants));
  TRY(addGrants(headers.readAcp, "READ_ACP", grants));
  TRY(addGrants(headers.write, "WRITE", grants));
  TRY(addGrants(headers.writeAcp, "WRITE_ACP", grants));
  if (headers.canned && !grants.empty()) {
    return badRequest("Specifying both Canned ACLs and Header Grants is not allowed");
  }
  if (!grants.empty()) return grants;
  return cannedGrants(headers.canned.value_or("private"), ownerAccount);
}

Outcome<void> checkAclAllowed(Transaction& transaction, const BucketRecord& bucket,
                              const std::vector<Grant>& grants) {
  auto ownership = TRY(findConfiguration(transaction, bucket.id, kOwnershipConfiguration));
  // {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
  std::string json = ownership ? documentToJson(*ownership) : std::string();
  bool enforced = json.find("\"BucketOwnerEnforced\"") != std::string::npos;
  if (!enforced || onlyToOwner(grants, bucket.account)) return {};
  return ApiError("AccessControlListNotSupported", 400, "The bucket does not allow ACLs");
}

std::string grantsToJson(const std::vector<Grant>& grants) {
  return documentToJson(::millrace::writeDocument(grants));
}

Outcome<std::vector<Grant>> grantsFromJson(std::string_view json, std::string_view account) {
  if (json.empty()) return ownersGrants(account);
  Document document = TRY(documentFromJson(json));
  std::vector<Grant> grants;
  readDocument(document, grants);
  return grants;
}

Outcome<std::string> checkedGrants(Transaction& transaction, const BucketRecord& bucket,
                                   const AclHeaders& headers) {
  if (!headers.any()) return std::string();
  auto grants = TRY(grantsOf(headers, bucket.account));
  TRY(checkAclAllowed(transaction, bucket, grants));
  if (onlyToOwner(grants, bucket.account)) return std::string();
  return grantsToJson(grants);
}

}  // namespace millrace::s3
