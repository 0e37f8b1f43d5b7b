#include "aws/server/signature_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "aws/model/timestamp.h"
#include "aws/signature/signing_time.h"
#include "http/url.h"

namespace millrace {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";
constexpr int64_t kMaxExpiresSeconds = 7 * 24 * 3600;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == ',')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == ',')) text.remove_suffix(1);
  return text;
}

// "Credential=..., SignedHeaders=..., Signature=..." in any order.
struct AuthorizationParts {
  std::string credential;
  std::string signedHeaders;
  std::string signature;
};

AuthorizationParts authorizationParts(std::string_view header) {
  AuthorizationParts parts;
  size_t blank = header.find(' ');
  if (blank == std::string_view::npos) return parts;
  for (const std::string& part : split(header.substr(blank + 1), ',')) {
    std::string_view pair = trimmed(part);
    size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    std::string value(trimmed(pair.substr(equals + 1)));
    std::string_view name = pair.substr(0, equals);
    if (name == "Credential") parts.credential = std::move(value);
    if (name == "SignedHeaders") parts.signedHeaders = std::move(value);
    if (name == "Signature") parts.signature = std::move(value);
  }
  return parts;
}

// "key/20260131/us-east-1/kinesis/aws4_request"; keys may hold slashes.
bool parseCredential(std::string_view credential, SignatureInput& input) {
  std::vector<std::string> parts = split(credential, '/');
  constexpr size_t kScopeParts = 4;
  if (parts.size() <= kScopeParts || parts.back() != kTerminator) return false;
  size_t scope = parts.size() - kScopeParts;
  input.scope = {parts[scope], parts[scope + 1], parts[scope + 2]};
  parts.resize(scope);
  input.accessKeyId = fmt::format("{}", fmt::join(parts, "/"));
  return !input.accessKeyId.empty();
}

void setSignedHeaders(std::string_view text, SignatureInput& input) {
  input.signedHeaders = split(text, ';');
  std::sort(input.signedHeaders.begin(), input.signedHeaders.end());
}

ApiError incomplete(ErrorStyle style, std::string detail) {
  return authenticationError(AuthenticationFailure::kIncomplete, style, std::move(detail));
}

std::string timeOf(const HttpHeaders& headers) {
  if (const std::string* time = headers.find("X-Amz-Date")) return *time;
  std::optional<Timestamp> date = parseRfc822(headers.get("Date"));
  return date ? signingTime(date->millis * 1000) : std::string();
}

Outcome<SignatureInput> fromHeader(const HttpRequest& request, std::string_view header,
                                   ErrorStyle style) {
  SignatureInput input;
  AuthorizationParts parts = authorizationParts(header);
  input.time = timeOf(request.headers);
  std::string missing;
  auto require = [&](const std::string& value, std::string_view name) {
    if (value.empty())
      missing += fmt::format("Authorization header requires '{}' parameter. ", name);
  };
  require(parts.credential, "Credential");
  require(parts.signature, "Signature");
  require(parts.signedHeaders, "SignedHeaders");
  if (input.time.empty()) {
    missing +=
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
        "header. ";
  }
  // The algorithm only: the rest of the header belongs into no answer.
  if (!missing.empty()) {
    return incomplete(
        style, fmt::format("{}Authorization={}", missing, header.substr(0, header.find(' '))));
  }
  if (!parseCredential(parts.credential, input)) {
    return incomplete(style, fmt::format("Credential must have exactly 5 slash-delimited elements, "
                                         "e.g. keyid/date/region/service/term, got '{}'",
                                         parts.credential.substr(0, 128)));
  }
  setSignedHeaders(parts.signedHeaders, input);
  input.signature = std::move(parts.signature);
  input.sessionToken = request.headers.get("X-Amz-Security-Token");
  return input;
}

// S3 has a code and texts of its own for the parameters of a presigned URL.
ApiError wrongQuery(ErrorStyle style, std::string detail, std::string s3Text) {
  if (style != ErrorStyle::kS3) return incomplete(style, std::move(detail));
  return ApiError("AuthorizationQueryParametersError", 400, std::move(s3Text));
}

Outcome<int64_t> parseExpires(std::string_view text, ErrorStyle style) {
  constexpr std::string_view kRule = "X-Amz-Expires must be a number of seconds from 0 to 604800";
  int64_t seconds = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
    return wrongQuery(style, std::string(kRule), "X-Amz-Expires should be a number");
  }
  if (text.starts_with('-')) {
    return wrongQuery(style, std::string(kRule), "X-Amz-Expires must be non-negative");
  }
  if (error != std::errc() || seconds > kMaxExpiresSeconds) {
    return wrongQuery(style, std::string(kRule),
                      "X-Amz-Expires must be less than a week (in seconds); that is, the given "
                      "X-Amz-Expires must be less than 604800 seconds");
  }
  return seconds;
}

Outcome<SignatureInput> fromQuery(const QueryParameters& query, ErrorStyle style) {
  SignatureInput input;
  input.presigned = true;
  auto get = [&](std::string_view name) {
    const std::string* value = findParameter(query, name);
    return value == nullptr ? std::string() : *value;
  };
  for (const char* name :
       {"X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"}) {
    if (get(name).empty()) {
      return wrongQuery(
          style, fmt::format("AWS query-string parameters must include '{}'. ", name),
          "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
          "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
    }
  }
  if (!parseCredential(get("X-Amz-Credential"), input)) {
    return wrongQuery(
        style, "'X-Amz-Credential' must be keyid/date/region/service/aws4_request",
        "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "
        "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
  }
  setSignedHeaders(get("X-Amz-SignedHeaders"), input);
  input.signature = get("X-Amz-Signature");
  input.time = get("X-Amz-Date");
  input.sessionToken = get("X-Amz-Security-Token");
  std::string expires = get("X-Amz-Expires");
  constexpr int64_t kDefaultExpiresSeconds = 900;
  input.expiresSeconds = kDefaultExpiresSeconds;
  if (!expires.empty()) input.expiresSeconds = TRY(parseExpires(expires, style));
  return input;
}

}  // namespace

Outcome<std::optional<SignatureInput>> parseSignature(const HttpRequest& request,
                                                      ErrorStyle style) {
  std::string_view header = request.headers.get("Authorization");
  if (header.starts_with(kAlgorithm)) {
    return std::optional<SignatureInput>(TRY(fromHeader(request, header, style)));
  }
  if (!header.empty()) {
    return incomplete(
        style, fmt::format("Unsupported AWS 'algorithm': '{}'. Use {}.",
                           header.substr(0, std::min<size_t>(header.find(' '), 32)), kAlgorithm));
  }
  QueryParameters query = parseQuery(request.query, false);
  if (findParameter(query, "X-Amz-Algorithm") != nullptr ||
      findParameter(query, "X-Amz-Signature") != nullptr) {
    return std::optional<SignatureInput>(TRY(fromQuery(query, style)));
  }
  return std::optional<SignatureInput>();
}

std::string scopeService(const HttpRequest& request) {
  SignatureInput input;
  std::string_view header = request.headers.get("Authorization");
  if (header.starts_with(kAlgorithm)) {
    parseCredential(authorizationParts(header).credential, input);
  } else if (request.query.find("X-Amz-Credential=") != std::string::npos) {
    QueryParameters query = parseQuery(request.query, false);
    const std::string* credential = findParameter(query, "X-Amz-Credential");
    if (credential != nullptr) parseCredential(*credential, input);
  }
  return input.scope.service;
}

}  // namespace millrace
