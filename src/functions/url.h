// Parts and encoding of URLs, with the rules of Java's URL, URLEncoder and URLDecoder.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace {

std::string encodeUrl(std::string_view text);
// Appends the decoded text; false when malformed.
bool decodeUrl(std::string_view text, std::string& out);

// HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO of a URL; std::nullopt when there
// is none, the part is unknown, or the protocol is.
std::optional<std::string_view> urlPart(std::string_view url, std::string_view part);
std::optional<std::string_view> queryParameter(std::string_view query, std::string_view key);

}  // namespace millrace
