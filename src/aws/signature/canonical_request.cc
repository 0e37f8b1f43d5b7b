#include "aws/signature/canonical_request.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "http/url.h"

namespace millrace {

namespace {

std::string_view viewOf(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// "a/./b/../c" -> "a/c", and no empty segments: what everyone but S3 signs.
std::string withoutDots(std::string_view path) {
  std::vector<std::string_view> kept;
  bool slashAtEnd = !path.empty() && path.back() == '/';
  while (!path.empty()) {
    size_t slash = path.find('/');
    std::string_view segment = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  std::string out = fmt::format("/{}", fmt::join(kept, "/"));
  if (slashAtEnd && out != "/") out += '/';
  return out;
}

std::string canonicalPath(std::string_view path, bool encodeTwice) {
  if (path.empty()) path = "/";
  if (encodeTwice) return percentEncode(withoutDots(path), "/");
  return percentEncode(percentDecode(path), "/");
}

std::string canonicalQuery(std::string_view query, std::string_view leftOut) {
  QueryParameters encoded;
  for (const auto& [name, value] : parseQuery(query, false)) {
    if (!leftOut.empty() && name == leftOut) continue;
    encoded.emplace_back(percentEncode(name), percentEncode(value));
  }
  std::sort(encoded.begin(), encoded.end());
  std::string out;
  for (const auto& [name, value] : encoded) {
    if (!out.empty()) out += '&';
    out += name;
    out += '=';
    out += value;
  }
  return out;
}

// Runs of blanks become one.
void appendTrimmed(std::string& out, std::string_view value) {
  bool blank = false;
  bool first = true;
  for (char c : value) {
    if (c == ' ' || c == '\t') {
      blank = true;
      continue;
    }
    if (blank && !first) out += ' ';
    out += c;
    blank = first = false;
  }
}

std::string canonicalHeaders(const HttpRequest& request, const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& signedName : names) {
    out += signedName;
    out += ':';
    // HTTP/2 has no header Host; its clients sign what is in its place.
    std::string_view name = signedName;
    if (name == kAuthorityHeader) name = "host";
    bool first = true;
    for (const auto& [field, value] : request.headers) {
      if (field.size() != name.size() ||
          !std::equal(field.begin(), field.end(), name.begin(), [](char a, char b) {
            return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
          })) {
        continue;
      }
      if (!first) out += ',';
      first = false;
      appendTrimmed(out, value);
    }
    out += '\n';
  }
  return out;
}

}  // namespace

Sha256Digest sha256(std::string_view bytes) {
  Sha256Digest digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

Sha256Digest hmacSha256(std::string_view key, std::string_view bytes) {
  Sha256Digest digest{};
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data(), nullptr);
  return digest;
}

std::string hexOf(const Sha256Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(digest.size() * 2);
  for (uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

bool equalInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string CredentialScope::text() const {
  return fmt::format("{}/{}/{}/aws4_request", date, region, service);
}

std::string canonicalRequest(const HttpRequest& request, const CanonicalRequestOptions& options) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method,
                     canonicalPath(request.path, options.encodePathTwice),
                     canonicalQuery(request.query, options.leftOutParameter),
                     canonicalHeaders(request, options.signedHeaders),
                     fmt::join(options.signedHeaders, ";"), options.payloadHash);
}

std::string stringToSign(std::string_view time, const CredentialScope& scope,
                         std::string_view canonicalRequest) {
  return fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope.text(),
                     hexOf(sha256(canonicalRequest)));
}

Sha256Digest signingKey(std::string_view secretKey, const CredentialScope& scope) {
  Sha256Digest key = hmacSha256(fmt::format("AWS4{}", secretKey), scope.date);
  key = hmacSha256(viewOf(key), scope.region);
  key = hmacSha256(viewOf(key), scope.service);
  return hmacSha256(viewOf(key), "aws4_request");
}

std::string signatureOf(const Sha256Digest& signingKey, std::string_view stringToSign) {
  return hexOf(hmacSha256(viewOf(signingKey), stringToSign));
}

}  // namespace millrace
