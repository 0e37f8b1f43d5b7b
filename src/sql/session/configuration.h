// Configuration: the options of a session, with Flink's keys. Every key Flink has is known: those
// that mean something here are read through the getters, the others are accepted with a note. Not
// thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runtime/option.h"

namespace millrace {

// What setting a key did beside setting it.
struct SetOutcome {
  // "option 'state.backend.type' has no effect in Millrace" or "option ... is unknown"; empty when
  // there is nothing to say.
  std::string note;
  std::string hint;      // "Did you mean ...?", or empty
  bool unknown = false;  // the key is none of Flink's: a warning, or an error with --strict
};

class Configuration {
 public:
  Configuration();

  // Checks the value of keys that mean something here; an error leaves the old value.
  Result<SetOutcome> set(const std::string& key, const std::string& value);
  void reset(const std::string& key);
  void resetAll();

  // What was set, in order of keys.
  const std::map<std::string, std::string>& values() const { return values_; }
  // The same for people: what is secret by Flink's rule is replaced by stars.
  std::map<std::string, std::string> shownValues() const;

  // Typed access to keys that mean something here, defaults included.
  std::string text(std::string_view key) const;
  bool boolean(std::string_view key) const;
  int64_t integer(std::string_view key) const;
  double real(std::string_view key) const;
  int64_t durationMillis(std::string_view key) const;
  int64_t memoryBytes(std::string_view key) const;

  // The keys that mean something here: for docs, completion and close matches.
  static const std::vector<OptionSpec>& specs();

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace millrace
