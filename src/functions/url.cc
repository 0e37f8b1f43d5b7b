#include "functions/url.h"

#include <algorithm>

#include "base/ascii.h"

namespace millrace {

namespace {

bool isUnreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
         c == '-' || c == '*' || c == '_';
}

using Part = std::optional<std::string_view>;

// A URL cut at its separators.
struct Url {
  std::string_view protocol;
  Part authority, query, reference;
  std::string_view path, file;
};

std::optional<Url> cutUrl(std::string_view text) {
  Url url;
  size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  url.protocol = text.substr(0, colon);
  std::string lower(url.protocol);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  // The protocols that a Java runtime knows by itself.
  constexpr std::string_view kKnown[] = {"http", "https", "ftp", "file", "jar", "mailto", "jrt"};
  if (std::find(std::begin(kKnown), std::end(kKnown), lower) == std::end(kKnown)) {
    return std::nullopt;
  }
  std::string_view rest = text.substr(colon + 1);
  if (size_t hash = rest.find('#'); hash != std::string_view::npos) {
    url.reference = rest.substr(hash + 1);
    rest = rest.substr(0, hash);
  }
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    size_t end = std::min(rest.find_first_of("/?"), rest.size());
    url.authority = rest.substr(0, end);
    rest.remove_prefix(end);
  }
  url.file = rest;
  size_t question = rest.find('?');
  url.path = rest.substr(0, question);
  if (question != std::string_view::npos) url.query = rest.substr(question + 1);
  return url;
}

}  // namespace

std::string encodeUrl(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (isUnreserved(c)) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      auto byte = static_cast<uint8_t>(c);
      out += '%';
      out += "0123456789ABCDEF"[byte >> 4];
      out += "0123456789ABCDEF"[byte & 15];
    }
  }
  return out;
}

bool decodeUrl(std::string_view text, std::string& out) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return false;
      int high = hexDigit(text[i + 1]), low = hexDigit(text[i + 2]);
      if (high < 0 || low < 0) return false;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return true;
}

std::optional<std::string_view> urlPart(std::string_view text, std::string_view part) {
  std::optional<Url> url = cutUrl(text);
  if (!url) return std::nullopt;
  if (part == "PROTOCOL") return url->protocol;
  if (part == "PATH") return url->path;
  if (part == "QUERY") return url->query;
  if (part == "REF") return url->reference;
  if (part == "FILE") return url->file;
  if (part == "AUTHORITY") return url->authority;
  std::string_view authority = url->authority.value_or("");
  size_t at = authority.rfind('@');
  if (part == "USERINFO") {
    return at == std::string_view::npos ? std::nullopt : Part(authority.substr(0, at));
  }
  if (part != "HOST") return std::nullopt;
  std::string_view host = at == std::string_view::npos ? authority : authority.substr(at + 1);
  size_t bracket = host.find(']');
  size_t port = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return host.substr(0, port);
}

std::optional<std::string_view> queryParameter(std::string_view query, std::string_view key) {
  while (!query.empty()) {
    size_t end = std::min(query.find('&'), query.size());
    std::string_view pair = query.substr(0, end);
    bool named = pair.size() > key.size() && pair.starts_with(key) && pair[key.size()] == '=';
    if (named) return pair.substr(key.size() + 1);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return std::nullopt;
}

}  // namespace millrace
