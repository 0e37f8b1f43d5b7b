#include "aws/signature/signature_v2.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <map>

#include "aws/model/base64.h"
#include "http/url.h"

namespace millrace {

namespace {

// Parameters that name a part of the resource or change the answer; others are not signed. Sorted.
constexpr std::string_view kSignedParameters[] = {
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
};

std::string lowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

std::string_view withoutBlanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string headerOrParameter(const HttpRequest& request, const QueryParameters& query,
                              std::string_view name) {
  if (const std::string* value = request.headers.find(name))
    return std::string(withoutBlanks(*value));
  const std::string* value = findParameter(query, lowerCase(name));
  return value == nullptr ? std::string() : *value;
}

// "x-amz-acl:private\nx-amz-meta-a:1,2\n"
std::string amazonHeaders(const HttpRequest& request, const QueryParameters& query) {
  std::map<std::string, std::string> headers;
  auto add = [&](std::string name, std::string_view value) {
    auto [at, isNew] = headers.try_emplace(std::move(name), withoutBlanks(value));
    if (!isNew) at->second.append(",").append(withoutBlanks(value));
  };
  for (const auto& [field, value] : request.headers) {
    std::string name = lowerCase(field);
    if (name.starts_with("x-amz-")) add(std::move(name), value);
  }
  for (const auto& [name, value] : query) {
    if (name.starts_with("x-amz-") && !request.headers.contains(name)) add(name, value);
  }
  std::string text;
  for (const auto& [name, value] : headers) text += fmt::format("{}:{}\n", name, value);
  return text;
}

// Values decoded; those without '=' stay without it.
std::string signedParameters(std::string_view query) {
  std::map<std::string, std::string> found;
  while (!query.empty()) {
    size_t end = std::min(query.find('&'), query.size());
    std::string_view part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    size_t equals = part.find('=');
    std::string name(part.substr(0, equals));
    if (!std::binary_search(std::begin(kSignedParameters), std::end(kSignedParameters), name)) {
      continue;
    }
    std::string shown = name;
    if (equals != std::string_view::npos) shown += '=' + percentDecode(part.substr(equals + 1));
    found.emplace(std::move(name), std::move(shown));
  }
  std::string text;
  for (const auto& [name, shown] : found) {
    text += text.empty() ? '?' : '&';
    text += shown;
  }
  return text;
}

// A bucket alone is signed with a slash behind it, sent or not.
std::string resourcePath(std::string_view bucket, std::string_view path) {
  std::string resource(bucket.empty() ? "" : "/");
  resource += bucket;
  resource += path;
  if (resource.size() > 1 && resource.find('/', 1) == std::string::npos) resource += '/';
  return resource;
}

}  // namespace

bool isPresignedV2(std::string_view query) {
  bool key = false;
  bool signature = false;
  for (const auto& [name, value] : parseQuery(query, false)) {
    key = key || name == "AWSAccessKeyId";
    signature = signature || name == "Signature";
    // The query services of old were signed with the same names.
    if (name == "Action" || name == "SignatureVersion") return false;
  }
  return key || signature;
}

std::string stringToSignV2(const HttpRequest& request, std::string_view bucket,
                           std::string_view expires) {
  QueryParameters query = parseQuery(request.query, false);
  return fmt::format(
      "{}\n{}\n{}\n{}\n{}{}{}", request.method, headerOrParameter(request, query, "Content-MD5"),
      headerOrParameter(request, query, "Content-Type"), expires, amazonHeaders(request, query),
      resourcePath(bucket, request.path), signedParameters(request.query));
}

std::string signatureV2(std::string_view secretKey, std::string_view stringToSign) {
  std::array<uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha1(), secretKey.data(), static_cast<int>(secretKey.size()),
       reinterpret_cast<const unsigned char*>(stringToSign.data()), stringToSign.size(),
       digest.data(), &size);
  return base64Encode({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace millrace
