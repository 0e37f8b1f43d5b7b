// Java regular expressions on UTF-8 texts, compiled by PCRE2 with JIT and bounded in work.
//
// A Regex keeps the scratch memory of its matches: one thread at a time. A match that exceeds the
// limits is an error (kInvalidArgument), never a hang.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace millrace {

// Byte positions of a match and its groups (group 0 is the whole match); npos when a group took no
// part.
struct RegexMatch {
  static constexpr size_t kNone = std::string_view::npos;
  std::vector<size_t> begins;
  std::vector<size_t> ends;
  size_t begin() const { return begins[0]; }
  size_t end() const { return ends[0]; }
};

class Regex {
 public:
  // kInvalidArgument when the pattern is malformed. Java's "\Q..\E", possessive quantifiers, named
  // groups, flags and operations on classes mean the same here.
  static Result<std::unique_ptr<Regex>> compile(std::string_view pattern);
  virtual ~Regex() = default;

  virtual size_t numGroups() const = 0;
  // Whether the pattern finds the empty text between any two characters. Java's texts are made of
  // UTF-16 units, so it is then found between the two halves of a character beyond U+FFFF, too.
  virtual bool matchesBetweenHalves() const = 0;
  // The first match from byte `from` on; false when there is none.
  virtual Result<bool> find(std::string_view text, size_t from, RegexMatch& match) const = 0;
  virtual Result<bool> matches(std::string_view text) const = 0;  // the whole text
};

// The compiled patterns of one call; the last one is found at once.
class RegexCache {
 public:
  Result<const Regex*> get(std::string_view pattern);

 private:
  static constexpr size_t kMaxPatterns = 256;
  std::string last_;
  const Regex* lastRegex_ = nullptr;
  std::unordered_map<std::string, std::unique_ptr<Regex>> patterns_;
};

// Java's String.split: limit 0 drops empty parts at the end (all of them when there are no others),
// a positive limit stops after so many. Unlike Java's it does not cut characters beyond U+FFFF.
Result<std::vector<std::string_view>> splitByRegex(std::string_view text, const Regex& regex,
                                                   size_t limit);

}  // namespace millrace
