#include "companions/s3/listing_names.h"

#include <algorithm>

#include "companions/s3/api_errors.h"
#include "companions/s3/identifiers.h"
#include "http/url.h"

namespace millrace::s3 {

std::string NameEncoder::operator()(std::string_view name) const {
  if (!encodes_) return std::string(name);
  std::string encoded;
  for (const char& c : name) {
    if (c == ' ') {
      encoded += '+';
    } else {
      encoded += percentEncode({&c, 1}, "/*");
    }
  }
  return encoded;
}

std::optional<std::string> NameEncoder::operator()(const std::optional<std::string>& name) const {
  if (!name) return {};
  return (*this)(std::string_view(*name));
}

Outcome<int32_t> listLimit(std::optional<int32_t> given, std::string_view parameter) {
  if (!given) return kMaxListed;
  if (*given < 0) {
    return invalidArgument(
        "Argument " + std::string(parameter) + " must be an integer between 0 and 2147483647",
        parameter, std::to_string(*given));
  }
  return std::min(*given, kMaxListed);
}

std::vector<CommonPrefix> commonPrefixesOf(const std::vector<std::string>& prefixes,
                                           const NameEncoder& encode) {
  std::vector<CommonPrefix> entries;
  for (const std::string& prefix : prefixes) {
    entries.emplace_back().prefix = encode(std::string_view(prefix));
  }
  return entries;
}

Owner ownerOf(std::string_view account) {
  Owner owner;
  owner.id = canonicalUserId(account);
  return owner;
}

}  // namespace millrace::s3
