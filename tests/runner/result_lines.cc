#include "runner/result_lines.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <tuple>

namespace millrace {

namespace {

constexpr size_t kMostDifferences = 20;
constexpr double kTolerance = 1e-12;

// The position behind the JSON value at `at` (or behind the whole text).
size_t skipJson(std::string_view text, size_t at) {
  int depth = 0;
  bool quoted = false;
  for (; at < text.size(); ++at) {
    char c = text[at];
    if (quoted) {
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;
      --depth;
    } else if ((c == ',' || c == ':') && depth == 0) {
      return at;
    }
  }
  return at;
}

// The length of a number with an exponent at the start of the text, 0 when there is none.
size_t scientificLength(std::string_view text) {
  size_t i = 0;
  auto digit = [&](size_t at) {
    return at < text.size() && std::isdigit(static_cast<unsigned char>(text[at]));
  };
  if (i < text.size() && text[i] == '-') ++i;
  if (!digit(i)) return 0;
  ++i;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digit(i)) return 0;
    while (digit(i)) ++i;
  }
  if (i + 1 >= text.size() || text[i] != 'e' || (text[i + 1] != '+' && text[i + 1] != '-')) {
    return 0;
  }
  i += 2;
  if (!digit(i)) return 0;
  while (digit(i)) ++i;
  return i;
}

// A line with its scientific numbers taken out.
struct MaskedLine {
  std::string text;
  std::vector<double> numbers;
  std::string original;

  explicit MaskedLine(const std::string& line) : original(line) {
    for (size_t i = 0; i < line.size();) {
      size_t length = scientificLength(std::string_view(line).substr(i));
      if (length == 0) {
        text += line[i++];
        continue;
      }
      text += '#';
      numbers.push_back(std::strtod(line.substr(i, length).c_str(), nullptr));
      i += length;
    }
  }

  bool operator<(const MaskedLine& other) const {
    return std::tie(text, numbers) < std::tie(other.text, other.numbers);
  }
  // Exactly: the same numbers, however many digits they are written with.
  bool equals(const MaskedLine& other, bool approximate) const {
    if (text != other.text || numbers.size() != other.numbers.size()) return false;
    for (size_t i = 0; i < numbers.size(); ++i) {
      double a = numbers[i];
      double b = other.numbers[i];
      bool equal = approximate ? std::abs(a - b) <= kTolerance * std::max(std::abs(a), std::abs(b))
                               : a == b && std::signbit(a) == std::signbit(b);
      if (!equal) return false;
    }
    return true;
  }
};

class Differences {
 public:
  void add(char sign, const std::string& line) {
    if (++count_ > kMostDifferences) return;
    text_ += sign;
    text_ += ' ';
    text_ += line;
    text_ += '\n';
  }
  std::string text() const {
    if (count_ <= kMostDifferences) return text_;
    return text_ + "... and " + std::to_string(count_ - kMostDifferences) + " more\n";
  }

 private:
  std::string text_;
  size_t count_ = 0;
};

}  // namespace

std::vector<std::pair<std::string, std::string>> jsonFields(std::string_view line) {
  std::vector<std::pair<std::string, std::string>> fields;
  size_t at = 1;
  while (at < line.size() && line[at] != '}') {
    size_t nameEnd = skipJson(line, at);
    size_t valueEnd = nameEnd < line.size() ? skipJson(line, nameEnd + 1) : nameEnd;
    if (nameEnd < at + 2 || valueEnd <= nameEnd) break;
    fields.emplace_back(line.substr(at + 1, nameEnd - at - 2),
                        line.substr(nameEnd + 1, valueEnd - nameEnd - 1));
    at = valueEnd < line.size() && line[valueEnd] == ',' ? valueEnd + 1 : line.size();
  }
  return fields;
}

std::vector<std::string> barFields(std::string_view line) {
  std::vector<std::string> fields(1);
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '|') {
      fields.emplace_back();
      continue;
    }
    if (line[i] == '\\' && i + 1 < line.size()) fields.back() += line[i++];
    fields.back() += line[i];
  }
  return fields;
}

std::vector<std::string> outcomeValues(std::string_view text) {
  std::vector<std::string> values;
  if (text.empty()) return values;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == begin && i < text.size() && text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
      }
      continue;
    }
    if (i < text.size() && text[i] == '\\') {
      ++i;
      continue;
    }
    bool separator = text.substr(std::min(i, text.size()), 3) == " | ";
    if (i >= text.size() || separator) {
      values.emplace_back(text.substr(begin, i - begin));
      begin = i + 3;
      i += 2;
    }
  }
  return values;
}

bool equalLines(const std::string& a, const std::string& b, bool approximate) {
  return a == b || MaskedLine(a).equals(MaskedLine(b), approximate);
}

std::string differenceInOrder(const std::vector<std::string>& expected,
                              const std::vector<std::string>& actual, bool approximate) {
  // longest[i][j]: the longest common subsequence of what follows expected i and actual j.
  size_t n = expected.size();
  size_t m = actual.size();
  std::vector<std::vector<uint32_t>> longest(n + 1, std::vector<uint32_t>(m + 1));
  for (size_t i = n; i-- > 0;) {
    for (size_t j = m; j-- > 0;) {
      longest[i][j] = equalLines(expected[i], actual[j], approximate)
                          ? longest[i + 1][j + 1] + 1
                          : std::max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  Differences differences;
  size_t i = 0;
  size_t j = 0;
  while (i < n || j < m) {
    if (i < n && j < m && equalLines(expected[i], actual[j], approximate)) {
      ++i;
      ++j;
    } else if (i < n && (j == m || longest[i + 1][j] >= longest[i][j + 1])) {
      differences.add('-', expected[i++]);
    } else {
      differences.add('+', actual[j++]);
    }
  }
  return differences.text();
}

std::string differenceOfMultisets(std::vector<std::string> expected,
                                  std::vector<std::string> actual, bool approximate) {
  std::sort(expected.begin(), expected.end());
  std::sort(actual.begin(), actual.end());
  std::vector<std::string> missing;
  std::vector<std::string> extra;
  std::set_difference(expected.begin(), expected.end(), actual.begin(), actual.end(),
                      std::back_inserter(missing));
  std::set_difference(actual.begin(), actual.end(), expected.begin(), expected.end(),
                      std::back_inserter(extra));
  Differences differences;
  std::vector<MaskedLine> wanted(missing.begin(), missing.end());
  std::vector<MaskedLine> found(extra.begin(), extra.end());
  std::sort(wanted.begin(), wanted.end());
  std::sort(found.begin(), found.end());
  std::erase_if(wanted, [&](const MaskedLine& line) {
    auto match = std::find_if(found.begin(), found.end(), [&](const MaskedLine& other) {
      return other.equals(line, approximate);
    });
    if (match == found.end()) return false;
    found.erase(match);
    return true;
  });
  for (const MaskedLine& line : wanted) differences.add('-', line.original);
  for (const MaskedLine& line : found) differences.add('+', line.original);
  return differences.text();
}

std::vector<std::string> FoldedRows::lines() const {
  std::vector<std::string> lines;
  for (const auto& [row, count] : counts_) {
    for (int64_t i = 0; i < count; ++i) lines.push_back(row);
    for (int64_t i = count; i < 0; ++i) {
      lines.push_back("retracted but never inserted: " + row);
    }
  }
  return lines;
}

}  // namespace millrace
