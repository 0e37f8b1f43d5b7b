#include <fmt/format.h>

#include <charconv>

#include "aws/client/http_transport.h"

namespace millrace {

std::string HttpOrigin::authority() const {
  if (port == 0 || port == (secure ? 443 : 80)) return host;
  return fmt::format("{}:{}", host, port);
}

std::string HttpOrigin::url() const {
  return fmt::format("{}://{}", secure ? "https" : "http", authority());
}

Result<HttpOrigin> parseOrigin(const std::string& url, std::string* path) {
  auto wrong = [&](std::string_view what) {
    return Error(ErrorKind::kInvalidOption, fmt::format("'{}' is no endpoint: {}", url, what))
        .withHint("Write http://host:port or https://host.");
  };
  HttpOrigin origin;
  std::string_view rest = url;
  if (rest.starts_with("http://")) {
    origin.secure = false;
    rest.remove_prefix(7);
  } else if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else {
    return wrong("it does not begin with http:// or https://");
  }
  size_t slash = rest.find_first_of("/?#");
  if (path != nullptr) {
    *path = slash == std::string_view::npos ? "" : std::string(rest.substr(slash));
  }
  rest = rest.substr(0, slash);
  if (rest.find('@') != std::string_view::npos) return wrong("it holds a user name");
  size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find(']', colon) == std::string_view::npos) {
    std::string_view port = rest.substr(colon + 1);
    auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), origin.port);
    if (error != std::errc() || end != port.data() + port.size() || origin.port < 1 ||
        origin.port > 65535) {
      return wrong("the port is no number from 1 to 65535");
    }
    rest = rest.substr(0, colon);
  }
  if (rest.empty()) return wrong("the host is missing");
  for (char c : rest) {
    bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
    if (!allowed) return wrong("the host has a character that hosts do not have");
  }
  origin.host = std::string(rest);
  return origin;
}

}  // namespace millrace
