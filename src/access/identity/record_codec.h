// Records as JSON, the form in which they are stored. Policies are parsed when a record is read.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "access/identity/records.h"
#include "access/policy/policy_parser.h"
#include "base/result.h"

namespace millrace {

std::string encodeRecord(const UserRecord& record);
std::string encodeRecord(const GroupRecord& record);
std::string encodeRecord(const RoleRecord& record);
std::string encodeRecord(const PolicyRecord& record);
std::string encodeRecord(const AccessKeyRecord& record);

// kCorruptData when the text is not what encodeRecord writes.
Status decodeRecord(std::string_view json, UserRecord& record);
Status decodeRecord(std::string_view json, GroupRecord& record);
Status decodeRecord(std::string_view json, RoleRecord& record);
Status decodeRecord(std::string_view json, PolicyRecord& record);
Status decodeRecord(std::string_view json, AccessKeyRecord& record);

// Parses a policy for a record, which holds it as a shared constant.
Result<PolicyDocumentPtr> parseShared(std::string_view document, PolicyUse use);
// The trust policy with the ids in place of the ARNs.
Result<PolicyDocumentPtr> parseTrust(std::string_view document,
                                     const std::map<std::string, std::string>& trustedIds);

}  // namespace millrace
