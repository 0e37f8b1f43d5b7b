#include "companions/logs/pattern/filter_pattern.h"

namespace millrace::logs {

Result<std::unique_ptr<FilterPattern>> FilterPattern::parse(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  size_t begin = text.find_first_not_of(kSpace);
  text = begin == std::string_view::npos ? std::string_view() : text.substr(begin);
  text = text.substr(0, text.find_last_not_of(kSpace) + 1);
  if (text.starts_with('{')) return parseJsonPattern(text);
  if (text.starts_with('[')) return parseSpaceDelimitedPattern(text);
  return parseTermPattern(text);
}

}  // namespace millrace::logs
