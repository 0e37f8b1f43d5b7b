#define PCRE2_CODE_UNIT_WIDTH 8
#include "connectors/filesystem/file_layout.h"

#include <fmt/format.h>
#include <pcre2.h>

#include <algorithm>
#include <memory>

namespace millrace {

namespace {

constexpr std::string_view kGlobCharacters = "*?[{";
// Flink escapes these and control characters in partition directories.
constexpr std::string_view kEscaped = "\"#%'*/:=?\\\x7F{[]^";

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// A bracket expression at pattern[0] == '['; sets `length` to its size. Malformed ones match
// nothing.
bool matchesBracket(std::string_view pattern, char c, size_t& length) {
  size_t end = pattern.find(']', 2);
  if (end == std::string_view::npos) {
    length = pattern.size();
    return false;
  }
  length = end + 1;
  size_t i = 1;
  bool negated = pattern[i] == '!' || pattern[i] == '^';
  i += negated ? 1 : 0;
  bool found = false;
  for (; i < end; ++i) {
    if (i + 2 < end && pattern[i + 1] == '-') {
      found |= pattern[i] <= c && c <= pattern[i + 2];
      i += 2;
    } else {
      found |= pattern[i] == c;
    }
  }
  return found != negated && c != '/';
}

bool matchesHere(std::string_view pattern, std::string_view path);

bool matchesBraces(std::string_view pattern, std::string_view path) {
  size_t close = pattern.find('}');
  if (close == std::string_view::npos) return false;
  std::string_view rest = pattern.substr(close + 1);
  std::string_view choices = pattern.substr(1, close - 1);
  while (true) {
    size_t comma = choices.find(',');
    std::string choice(choices.substr(0, comma));
    choice += rest;
    if (matchesHere(choice, path)) return true;
    if (comma == std::string_view::npos) return false;
    choices.remove_prefix(comma + 1);
  }
}

bool matchesHere(std::string_view pattern, std::string_view path) {
  while (!pattern.empty()) {
    char p = pattern[0];
    if (p == '{') return matchesBraces(pattern, path);
    if (p == '*') {
      for (size_t i = 0;; ++i) {
        if (matchesHere(pattern.substr(1), path.substr(i))) return true;
        if (i == path.size() || path[i] == '/') return false;
      }
    }
    if (path.empty()) return false;
    size_t length = 1;
    bool same = p == '?'   ? path[0] != '/'
                : p == '[' ? matchesBracket(pattern, path[0], length)
                           : p == path[0];
    if (!same) return false;
    pattern.remove_prefix(length);
    path.remove_prefix(1);
  }
  return path.empty();
}

Status collect(FileSystem& files, const std::string& directory, std::vector<FileInfo>& out) {
  for (FileInfo& entry : TRY(files.list(directory))) {
    if (isHiddenName(fileName(entry.path))) continue;
    if (entry.isDirectory) {
      TRY(collect(files, entry.path, out));
    } else {
      out.push_back(std::move(entry));
    }
  }
  return {};
}

// What a pattern can match starts below its last directory without special characters.
std::string globRoot(const std::string& pattern) {
  size_t special = pattern.find_first_of(kGlobCharacters);
  size_t slash = pattern.rfind('/', special);
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : pattern.substr(0, slash);
}

Status filterByRegex(const std::string& regex, std::vector<FileInfo>& files) {
  int problem = 0;
  PCRE2_SIZE at = 0;
  std::unique_ptr<pcre2_code, void (*)(pcre2_code*)> compiled(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(regex.data()), regex.size(),
                    PCRE2_ANCHORED | PCRE2_ENDANCHORED, &problem, &at, nullptr),
      pcre2_code_free);
  if (!compiled) {
    return Error(ErrorKind::kInvalidOption,
                 fmt::format("option 'source.path.regex-pattern' cannot be '{}'", regex))
        .withHint("Give a regular expression for whole paths, such as '/data/.*[.]json'.");
  }
  std::unique_ptr<pcre2_match_data, void (*)(pcre2_match_data*)> match(
      pcre2_match_data_create_from_pattern(compiled.get(), nullptr), pcre2_match_data_free);
  std::erase_if(files, [&](const FileInfo& file) {
    auto text = reinterpret_cast<PCRE2_SPTR>(file.path.data());
    return pcre2_match(compiled.get(), text, file.path.size(), 0, 0, match.get(), nullptr) < 0;
  });
  return {};
}

}  // namespace

std::string_view fileName(std::string_view path) {
  size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool isHiddenName(std::string_view name) {
  return !name.empty() && (name[0] == '.' || name[0] == '_');
}

bool hasGlob(std::string_view path) {
  return path.find_first_of(kGlobCharacters) != std::string_view::npos;
}

bool matchesGlob(std::string_view pattern, std::string_view path) {
  return matchesHere(pattern, path);
}

Compression compressionOf(std::string_view path) {
  if (path.ends_with(".gz") || path.ends_with(".gzip")) return Compression::kGzip;
  if (path.ends_with(".zst") || path.ends_with(".zstd")) return Compression::kZstd;
  if (path.ends_with(".deflate")) return Compression::kDeflate;
  return Compression::kNone;
}

std::string_view unsupportedCompression(std::string_view path) {
  for (std::string_view extension : {".bz2", ".xz"}) {
    if (path.ends_with(extension)) return extension;
  }
  return {};
}

Result<std::vector<FileInfo>> listDataFiles(FileSystem& files, const std::string& path,
                                            const std::string& regex) {
  std::vector<FileInfo> found;
  bool glob = hasGlob(path) && !files.exists(path);
  if (glob) {
    TRY(collect(files, globRoot(path), found));
    // A matched directory stands for the files below it.
    std::erase_if(found, [&](const FileInfo& file) {
      for (std::string_view part = file.path; !part.empty();) {
        if (matchesGlob(path, part)) return false;
        size_t slash = part.rfind('/');
        part = slash == std::string_view::npos ? std::string_view() : part.substr(0, slash);
      }
      return true;
    });
  } else {
    FileInfo root = TRY(files.stat(path));
    // As in Flink a hidden name hides the table's own path too.
    if (isHiddenName(fileName(path))) return found;
    if (root.isDirectory) {
      TRY(collect(files, path, found));
    } else {
      found.push_back(std::move(root));
    }
  }
  if (!regex.empty()) TRY(filterByRegex(regex, found));
  std::sort(found.begin(), found.end(),
            [](const FileInfo& a, const FileInfo& b) { return a.path < b.path; });
  return found;
}

std::vector<std::pair<std::string, std::string>> partitionValues(std::string_view root,
                                                                 std::string_view file) {
  std::vector<std::pair<std::string, std::string>> values;
  if (file.starts_with(root)) file.remove_prefix(root.size());
  while (true) {
    size_t slash = file.find('/');
    if (slash == std::string_view::npos) return values;
    std::string_view part = file.substr(0, slash);
    file.remove_prefix(slash + 1);
    size_t equals = part.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    values.emplace_back(unescapePathName(part.substr(0, equals)),
                        unescapePathName(part.substr(equals + 1)));
  }
}

std::string escapePathName(std::string_view value) {
  std::string out;
  for (char c : value) {
    auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || kEscaped.find(c) != std::string_view::npos) {
      out += fmt::format("%{:02X}", code);
    } else {
      out += c;
    }
  }
  return out;
}

std::string unescapePathName(std::string_view name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '%' && i + 2 < name.size() && hexValue(name[i + 1]) >= 0 &&
        hexValue(name[i + 2]) >= 0) {
      out += static_cast<char>(hexValue(name[i + 1]) * 16 + hexValue(name[i + 2]));
      i += 2;
    } else {
      out += name[i];
    }
  }
  return out;
}

}  // namespace millrace
