#include "runner/allow_list.h"

#include <fmt/format.h>

#include <fstream>

#include "runner/test_file.h"

namespace millrace {

Result<AllowList> AllowList::read(const std::string& path) {
  AllowList list;
  std::ifstream in(path);
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (trimmed(line).empty() || line.starts_with('#')) continue;
    size_t bar = line.find('|');
    std::string_view place = trimmed(std::string_view(line).substr(0, bar));
    std::string_view reason = bar == std::string::npos
                                  ? std::string_view()
                                  : trimmed(std::string_view(line).substr(bar + 1));
    if (place.empty() || reason.empty()) {
      return Error(ErrorKind::kUsage,
                   fmt::format("{}:{}: write 'path[:line] | reason'", path, number));
    }
    list.reasons_.emplace(place, reason);
  }
  return list;
}

AllowList::Entry AllowList::find(const std::string& file, uint32_t line) const {
  size_t at = file.rfind("tests/");
  std::string name = at == std::string::npos ? file : file.substr(at);
  auto block = reasons_.find(fmt::format("{}:{}", name, line));
  if (block != reasons_.end()) {
    return block->second.starts_with("differs:") ? Entry::kDiffers : Entry::kBlock;
  }
  return reasons_.contains(name) ? Entry::kFile : Entry::kNone;
}

}  // namespace millrace
