#include "env/memory_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

namespace millrace {

namespace {

constexpr const char* kProcesses = "cgroup.procs";
constexpr const char* kChildrenHave = "cgroup.subtree_control";
constexpr const char* kServerGroup = "server";

std::vector<std::string_view> piecesOf(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    size_t end = std::min(text.find(separator), text.size());
    if (end > 0) pieces.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return pieces;
}

// The kernel takes a value by one write and answers by that write's error.
Status writeControl(FileSystem& files, const std::string& file, const std::string& value) {
  std::unique_ptr<WritableFile> writer = TRY(files.create(file));
  TRY(writer->append(value));
  return writer->close();
}

// "0::/system.slice/millrace.service" -> "/system.slice/millrace.service"
Result<std::string> ownGroup(FileSystem& files, const std::string& membership) {
  std::string text = TRY(readFile(files, membership));
  for (std::string_view line : piecesOf(text, '\n')) {
    constexpr std::string_view kVersion2 = "0::";
    if (!line.starts_with(kVersion2)) continue;
    std::string path(line.substr(kVersion2.size()));
    return path == "/" ? std::string() : path;
  }
  return Error(ErrorKind::kUnsupported, "the system has no control groups of version 2");
}

// The number behind `name` in a file of the kernel, or nothing: "MemTotal:  24659304 kB".
std::optional<uint64_t> numberIn(FileSystem& files, const std::string& file,
                                 std::string_view name) {
  Result<std::string> text = readFile(files, file);
  if (!text.ok()) return std::nullopt;
  for (std::string_view line : piecesOf(text.value(), '\n')) {
    if (!line.starts_with(name)) continue;
    line.remove_prefix(name.size());
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    uint64_t number = 0;
    auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (error == std::errc()) return number;
  }
  return std::nullopt;
}

}  // namespace

uint64_t usableMemory(FileSystem& files, const MemoryGroupPaths& paths) {
  uint64_t least = numberIn(files, paths.machine, "MemTotal:").value_or(0) * 1024;
  Result<std::string> own = ownGroup(files, paths.membership);
  if (!own.ok()) return least;
  // A group without a limit has "max", which is no number, and the topmost no such file.
  for (std::string group = own.value();; group.resize(group.rfind('/'))) {
    std::optional<uint64_t> limit = numberIn(files, paths.mount + group + "/memory.max", "");
    if (limit && (least == 0 || *limit < least)) least = *limit;
    if (group.find('/') == std::string::npos) return least;
  }
}

Result<std::unique_ptr<MemoryGroups>> MemoryGroups::open(FileSystem& files, int64_t ownProcess,
                                                         const MemoryGroupPaths& paths) {
  std::string own = paths.mount + TRY(ownGroup(files, paths.membership));
  // Whoever has started us may have made the group (DelegateSubgroup of systemd).
  std::string subgroup = fmt::format("/{}", kServerGroup);
  if (own.ends_with(subgroup)) own.resize(own.size() - subgroup.size());
  std::string controllers = TRY(readFile(files, own + "/cgroup.controllers"));
  std::replace(controllers.begin(), controllers.end(), '\n', ' ');
  std::vector<std::string_view> names = piecesOf(controllers, ' ');
  if (std::find(names.begin(), names.end(), "memory") == names.end()) {
    return Error(ErrorKind::kUnsupported,
                 fmt::format("the controller 'memory' is not available in '{}'", own));
  }
  std::string server = fmt::format("{}/{}", own, kServerGroup);
  TRY(files.makeDirectories(server));
  std::string process = fmt::format("{}", ownProcess);
  Status moved = writeControl(files, fmt::format("{}/{}", server, kProcesses), process);
  Status enabled = moved;
  if (moved.ok())
    enabled = writeControl(files, fmt::format("{}/{}", own, kChildrenHave), "+memory");
  if (enabled.ok()) return std::unique_ptr<MemoryGroups>(new MemoryGroups(files, own));
  // Other processes share the group, or it is not ours to divide.
  if (moved.ok()) (void)writeControl(files, fmt::format("{}/{}", own, kProcesses), process).ok();
  (void)files.remove(server).ok();  // which fails when we belong there
  return enabled.error();
}

std::string MemoryGroups::fileOf(const std::string& group, const char* name) const {
  return fmt::format("{}/{}/{}", directory_, group, name);
}

Status MemoryGroups::limit(const std::string& group, uint64_t bytes) {
  TRY(files_.makeDirectories(fmt::format("{}/{}", directory_, group)));
  TRY(writeControl(files_, fileOf(group, "memory.max"), fmt::format("{}", bytes)));
  // Half a worker is no use. Kernels before 4.19 do not have it.
  (void)writeControl(files_, fileOf(group, "memory.oom.group"), "1").ok();
  return {};
}

Status MemoryGroups::add(const std::string& group, int64_t process) {
  return writeControl(files_, fileOf(group, kProcesses), fmt::format("{}", process));
}

int64_t MemoryGroups::numKills(const std::string& group) {
  Result<std::string> events = readFile(files_, fileOf(group, "memory.events"));
  if (!events.ok()) return 0;
  for (std::string_view line : piecesOf(events.value(), '\n')) {
    constexpr std::string_view kKills = "oom_kill ";
    if (!line.starts_with(kKills)) continue;
    return std::strtoll(std::string(line.substr(kKills.size())).c_str(), nullptr, 10);
  }
  return 0;
}

void MemoryGroups::remove(const std::string& group) {
  std::string path = fmt::format("{}/{}", directory_, group);
  if (files_.exists(path)) (void)files_.remove(path).ok();
}

}  // namespace millrace
