#include "base/close_matches.h"

#include <algorithm>
#include <numeric>

namespace millrace {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t replace = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replace});
    }
  }
  return row[b.size()];
}

}  // namespace

std::vector<std::string> closeMatches(std::string_view name,
                                      const std::vector<std::string>& candidates, size_t limit) {
  constexpr size_t kLongestName = 200;
  if (name.size() > kLongestName) return {};
  size_t allowed = std::max<size_t>(2, name.size() / 3);
  std::vector<std::pair<size_t, std::string>> found;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > name.size() + allowed) continue;
    size_t distance = editDistance(name, candidate);
    if (distance <= allowed && distance < std::max(name.size(), candidate.size())) {
      found.emplace_back(distance, candidate);
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  std::vector<std::string> names;
  for (size_t i = 0; i < found.size() && i < limit; ++i) names.push_back(found[i].second);
  return names;
}

std::string didYouMean(std::string_view name, const std::vector<std::string>& candidates) {
  std::vector<std::string> names = closeMatches(name, candidates);
  if (names.empty()) return {};
  std::string text = "Did you mean ";
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += "'" + names[i] + "'";
  }
  return text + "?";
}

}  // namespace millrace
