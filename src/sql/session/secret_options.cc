#include "sql/session/secret_options.h"

#include <algorithm>

namespace millrace {

namespace {

// Keys that contain one of these are secret.
constexpr std::string_view kSecretParts[] = {
    "password",    "secret", "fs.azure.account.key", "apikey",      "api-key",     "auth-params",
    "service-key", "token",  "basic-auth",           "jaas.config", "http-headers"};

// Behind the text that is quoted from `begin` on; a doubled quote is one of it.
size_t endOfQuoted(std::string_view sql, size_t begin) {
  char quote = sql[begin];
  for (size_t i = begin + 1; i < sql.size(); ++i) {
    if (sql[i] != quote) continue;
    if (i + 1 == sql.size() || sql[i + 1] != quote) return i + 1;
    ++i;
  }
  return sql.size();
}

// Behind the comment that begins here; `begin` when there is none.
size_t endOfComment(std::string_view sql, size_t begin) {
  std::string_view rest = sql.substr(begin);
  bool line = rest.starts_with("--");
  if (!line && !rest.starts_with("/*")) return begin;
  size_t end = line ? sql.find('\n', begin) : sql.find("*/", begin + 2);
  if (end == std::string_view::npos) return sql.size();
  return line ? end : end + 2;
}

// One star for each character; lines stay.
void appendStars(std::string_view quoted, std::string& out) {
  for (size_t i = 0; i < quoted.size(); ++i) {
    bool continues = (quoted[i] & 0xC0) == 0x80;
    bool isQuote = i == 0 || (i + 1 == quoted.size() && quoted[i] == '\'');
    if (isQuote || quoted[i] == '\n') {
      out += quoted[i];
    } else if (!continues) {
      out += '*';
    }
  }
}

}  // namespace

bool isSecretOption(std::string_view key) {
  std::string lower(key);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return std::any_of(std::begin(kSecretParts), std::end(kSecretParts),
                     [&](std::string_view part) { return lower.find(part) != std::string::npos; });
}

std::string hideSecretOptions(std::string_view sql) {
  std::string out;
  bool behindSecret = false;  // the next literal is a value that nobody may see
  for (size_t i = 0; i < sql.size();) {
    size_t end = endOfComment(sql, i);
    if (end > i) {
      out += sql.substr(i, end - i);
    } else if (sql[i] == '\'') {
      end = endOfQuoted(sql, i);
      std::string_view quoted = sql.substr(i, end - i);
      if (behindSecret) {
        appendStars(quoted, out);
        behindSecret = false;
      } else {
        out += quoted;
        behindSecret = isSecretOption(quoted);
      }
    } else {
      bool isName = sql[i] == '`' || sql[i] == '"';
      end = isName ? endOfQuoted(sql, i) : i + 1;
      out += sql.substr(i, end - i);
      constexpr std::string_view kBetween = " \t\r\n=";
      if (kBetween.find(sql[i]) == std::string_view::npos) behindSecret = false;
    }
    i = end;
  }
  return out;
}

}  // namespace millrace
