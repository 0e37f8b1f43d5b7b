// Options as data: a connector or format declares its keys once; validation, WITH-clause errors,
// docs and completion derive from the declaration.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

enum class OptionType : uint8_t {
  kString,
  kBoolean,
  kInteger,
  kDouble,
  kDuration,    // "10 s", "1 min", "200 ms"; a bare number is milliseconds
  kMemorySize,  // "128 mb"; a bare number is bytes
  kEnum,
};

struct OptionSpec {
  std::string key;  // "source.monitor-interval"; "fields.#.kind": # is any name
  OptionType type = OptionType::kString;
  std::string defaultValue;  // text; empty = none
  bool required = false;
  std::vector<std::string> values;  // kEnum
  std::string doc;
};

// The options of one table or of one format (prefix removed), as the user wrote them.
using OptionMap = std::map<std::string, std::string>;

// Checked access. Requires: the key is declared in the specs the reader was made with.
class OptionReader {
 public:
  // Checks that every key is declared (a key that is not gives kUnknownOption with close matches
  // and the allowed keys), required ones are there, and every value parses. `owner` is for
  // messages: "connector 'filesystem'". Keeps a reference to the specs.
  static Result<OptionReader> make(std::string owner, const std::vector<OptionSpec>& specs,
                                   OptionMap options);

  bool has(std::string_view key) const;
  std::string text(std::string_view key) const;  // the value, else the default, else empty
  std::optional<std::string> find(std::string_view key) const;  // as written
  bool boolean(std::string_view key) const;
  int64_t integer(std::string_view key) const;
  double real(std::string_view key) const;
  int64_t durationMillis(std::string_view key) const;
  int64_t memoryBytes(std::string_view key) const;
  // Keys written by the user that match a "#" spec: {name, value}.
  std::vector<std::pair<std::string, std::string>> wildcard(std::string_view specKey) const;
  const OptionMap& all() const { return options_; }

 private:
  std::string owner_;
  const std::vector<OptionSpec>* specs_ = nullptr;
  OptionMap options_;
};

Result<int64_t> parseDurationMillis(std::string_view text);
Result<int64_t> parseMemoryBytes(std::string_view text);

}  // namespace millrace
