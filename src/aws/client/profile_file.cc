#include "aws/client/profile_file.h"

#include "env/file_system.h"

namespace millrace {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// A comment behind a value begins with a blank.
std::string_view withoutComment(std::string_view text) {
  for (std::string_view mark : {" #", " ;", "\t#", "\t;"}) text = text.substr(0, text.find(mark));
  return trimmed(text);
}

// "[profile dev]" -> {"profile", "dev"}; "[default]" -> {"", "default"}
std::pair<std::string_view, std::string_view> sectionOf(std::string_view line) {
  line.remove_prefix(1);
  line = trimmed(line.substr(0, line.find(']')));
  size_t blank = line.find_first_of(" \t");
  if (blank == std::string_view::npos) return {{}, line};
  return {line.substr(0, blank), trimmed(line.substr(blank))};
}

ProfileSettings* openSection(std::string_view line, bool isConfig, ProfileFile& into) {
  auto [kind, name] = sectionOf(line);
  if (kind == "services") return &into.services[std::string(name)];
  bool isProfile = kind == "profile" || (kind.empty() && (!isConfig || name == "default"));
  return isProfile ? &into.profiles[std::string(name)] : nullptr;
}

Result<std::string> readIfThere(const ClientContext& context, const std::string& path) {
  FileSystem& files = context.env->files();
  if (path.empty() || !files.exists(path)) return std::string();
  return readFile(files, path);
}

std::string pathOf(const ClientContext& context, const char* variable, const char* name) {
  if (std::optional<std::string> path = context.variables(variable)) return *path;
  std::optional<std::string> home = context.variables("HOME");
  return home ? *home + "/.aws/" + name : std::string();
}

}  // namespace

const ProfileSettings* ProfileFile::find(std::string_view profile) const {
  auto found = profiles.find(profile);
  return found == profiles.end() ? nullptr : &found->second;
}

void parseProfileFile(std::string_view text, bool isConfig, ProfileFile& into) {
  ProfileSettings* section = nullptr;
  std::string parent;  // of nested settings
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    bool indented = line.starts_with(' ') || line.starts_with('\t');
    line = trimmed(line);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') {
      section = openSection(line, isConfig, into);
      parent.clear();
      continue;
    }
    size_t equals = line.find('=');
    if (section == nullptr || equals == std::string_view::npos) continue;
    std::string name(trimmed(line.substr(0, equals)));
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    std::string value(withoutComment(line.substr(equals + 1)));
    if (indented && !parent.empty()) {
      (*section)[parent + '.' + name] = std::move(value);
      continue;
    }
    parent = value.empty() ? name : std::string();
    (*section)[name] = std::move(value);
  }
}

Result<ProfileFile> readProfileFiles(const ClientContext& context,
                                     const std::string& credentialsFile) {
  ProfileFile file;
  std::string config = TRY(readIfThere(context, pathOf(context, "AWS_CONFIG_FILE", "config")));
  parseProfileFile(config, true, file);
  std::string path = credentialsFile.empty()
                         ? pathOf(context, "AWS_SHARED_CREDENTIALS_FILE", "credentials")
                         : credentialsFile;
  parseProfileFile(TRY(readIfThere(context, path)), false, file);
  return file;
}

std::string profileName(const ClientContext& context) {
  return context.variables("AWS_PROFILE").value_or("default");
}

}  // namespace millrace
