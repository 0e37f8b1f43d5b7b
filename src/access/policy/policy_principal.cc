#include "access/policy/policy_principal.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace millrace {

namespace {

bool isAccount(std::string_view text) {
  constexpr size_t kDigits = 12;
  return text.size() == kDigits &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The account of "arn:aws:iam::<account>:root".
std::optional<std::string_view> accountOfRoot(std::string_view arn) {
  constexpr std::string_view kBegin = "arn:aws:iam::";
  constexpr std::string_view kEnd = ":root";
  if (!arn.starts_with(kBegin) || !arn.ends_with(kEnd)) return std::nullopt;
  std::string_view account = arn.substr(kBegin.size());
  account.remove_suffix(std::min(account.size(), kEnd.size()));
  return isAccount(account) ? std::optional(account) : std::nullopt;
}

bool validAws(std::string_view value) {
  if (value == "*" || isAccount(value) || accountOfRoot(value)) return true;
  for (std::string_view begin : {"arn:aws:iam::", "arn:aws:sts::"}) {
    if (!value.starts_with(begin)) continue;
    std::string_view rest = value.substr(begin.size());
    size_t colon = rest.find(':');
    // A wildcard may stand for everyone only, never within an ARN.
    return colon != std::string_view::npos && isAccount(rest.substr(0, colon)) &&
           colon + 1 < rest.size() && rest.find('*') == std::string_view::npos;
  }
  // The id of a user or role that was deleted.
  return value.starts_with("AIDA") || value.starts_with("AROA");
}

PrincipalMatch matchAws(std::string_view value, const Principal& caller) {
  if (caller.kind == Principal::Kind::kService) return PrincipalMatch::kNone;
  if (value == "*") return PrincipalMatch::kIdentity;
  if (caller.kind == Principal::Kind::kAnonymous) return PrincipalMatch::kNone;
  if (value == caller.account || accountOfRoot(value) == caller.account) {
    return PrincipalMatch::kAccount;
  }
  if (value == caller.arn) {
    return caller.kind == Principal::Kind::kAssumedRole ? PrincipalMatch::kSession
                                                        : PrincipalMatch::kIdentity;
  }
  bool ofRole = !caller.roleArn.empty() && value == caller.roleArn;
  bool ofId = value == caller.userId.substr(0, caller.userId.find(':'));
  return ofRole || ofId ? PrincipalMatch::kIdentity : PrincipalMatch::kNone;
}

}  // namespace

Result<PolicyPrincipal> parsePrincipal(std::string_view type, std::string value) {
  using Kind = PolicyPrincipal::Kind;
  auto invalid = [&](std::string_view spelled) {
    return Error(ErrorKind::kInvalidArgument,
                 fmt::format("Invalid principal in policy: \"{}\":\"{}\"", spelled, value));
  };
  if (type == "AWS") {
    if (!validAws(value)) return invalid("AWS");
    return PolicyPrincipal{value == "*" ? Kind::kEveryone : Kind::kAws, std::move(value)};
  }
  if (type == "Service") {
    // "kinesisanalytics.amazonaws.com"; only AWS's own services are principals.
    bool known = value.ends_with(".amazonaws.com") || value.ends_with(".amazon.com") ||
                 value.ends_with(".aws.internal") || value.ends_with(".amazonaws.com.cn");
    if (!known || value.find('*') != std::string::npos) return invalid("SERVICE");
    return PolicyPrincipal{Kind::kService, std::move(value)};
  }
  if (type == "Federated") return PolicyPrincipal{Kind::kFederated, std::move(value)};
  if (type == "CanonicalUser") return PolicyPrincipal{Kind::kCanonicalUser, std::move(value)};
  return Error(ErrorKind::kInvalidArgument, "Syntax errors in policy.");
}

PrincipalMatch matchPrincipal(const PolicyPrincipal& principal, const Principal& caller) {
  switch (principal.kind) {
    // Services are meant only where they are named.
    case PolicyPrincipal::Kind::kEveryone:
      return matchAws("*", caller);
    case PolicyPrincipal::Kind::kAws:
      return matchAws(principal.value, caller);
    case PolicyPrincipal::Kind::kService:
      return caller.kind == Principal::Kind::kService && caller.arn == principal.value
                 ? PrincipalMatch::kIdentity
                 : PrincipalMatch::kNone;
    case PolicyPrincipal::Kind::kFederated:
    case PolicyPrincipal::Kind::kCanonicalUser:
      break;
  }
  return PrincipalMatch::kNone;
}

}  // namespace millrace
