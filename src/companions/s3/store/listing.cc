#include "companions/s3/store/listing.h"

namespace millrace::s3 {

std::optional<std::string> commonPrefixOf(const KeyFilter& filter, std::string_view key) {
  if (filter.delimiter.empty() || !key.starts_with(filter.prefix)) return {};
  size_t found = key.find(filter.delimiter, filter.prefix.size());
  if (found == std::string_view::npos) return {};
  return std::string(key.substr(0, found + filter.delimiter.size()));
}

std::string behindPrefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xFF) prefix.pop_back();
  constexpr size_t kLongerThanAnyKey = 1025;
  if (prefix.empty()) return std::string(kLongerThanAnyKey, '\xFF');
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace millrace::s3
