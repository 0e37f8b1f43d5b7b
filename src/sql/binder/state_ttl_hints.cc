#include "sql/binder/state_ttl_hints.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "base/close_matches.h"
#include "runtime/option.h"

namespace millrace {

namespace {

constexpr std::string_view kHintName = "STATE_TTL";

// The last part of a path, which is taken off.
std::string_view takeLast(std::string_view& path) {
  size_t dot = path.rfind('.');
  std::string_view last = dot == std::string_view::npos ? path : path.substr(dot + 1);
  path = dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
  return last;
}

// Names match when the shorter of two paths is the end of the other one.
bool matches(std::string_view name, std::string_view input) {
  if (input.empty()) return false;
  do {
    if (takeLast(name) != takeLast(input)) return false;
  } while (!name.empty() && !input.empty());
  return true;
}

}  // namespace

Result<std::string> hintName(const ParsedHint& hint) {
  static const std::vector<std::string> kNames = {"OPTIONS",   "STATE_TTL",    "LOOKUP",
                                                  "BROADCAST", "SHUFFLE_HASH", "SHUFFLE_MERGE",
                                                  "NEST_LOOP", "MULTI_JOIN"};
  std::string name = hint.name;
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) return name;
  return Error(ErrorKind::kValidation, fmt::format("unknown hint '{}'", hint.name))
      .at(hint.position)
      .withHint(didYouMean(name, kNames));
}

Result<StateTtlHints> StateTtlHints::make(const std::vector<ParsedHint>& hints) {
  StateTtlHints made;
  for (const ParsedHint& hint : hints) {
    if (TRY(hintName(hint)) != kHintName) continue;
    if (hint.options.empty() || !hint.words.empty()) {
      return Error(ErrorKind::kValidation, "hint STATE_TTL needs arguments of the form key = value")
          .at(hint.position)
          .withHint("Write it as STATE_TTL('orders' = '1 d', 'customers' = '12 h').");
    }
    // The first hint counts that names an input, and the last entry for it in that hint.
    size_t first = made.entries_.size();
    for (const ParsedOption& option : hint.options) {
      Result<int64_t> millis = parseDurationMillis(option.value);
      if (!millis.ok()) {
        return Error(ErrorKind::kValidation, fmt::format("hint STATE_TTL of '{}': {}", option.key,
                                                         millis.error().message()))
            .at(option.valuePosition)
            .withHint("Write the time to live as '1 d', '36 h' or '500 ms'; '0 s' is for ever.");
      }
      Entry entry{option.key, {millis.value(), option.value}, option.position, false};
      auto same =
          std::find_if(made.entries_.begin() + static_cast<ptrdiff_t>(first), made.entries_.end(),
                       [&](const Entry& other) { return other.name == option.key; });
      if (same != made.entries_.end()) {
        *same = std::move(entry);
      } else {
        made.entries_.push_back(std::move(entry));
      }
    }
  }
  return made;
}

std::optional<StateTtlHint> StateTtlHints::find(std::string_view input) {
  asked_ = true;
  std::optional<StateTtlHint> found;
  if (!input.empty()) {
    std::string_view path = input;
    inputs_.emplace_back(takeLast(path));
  }
  for (Entry& entry : entries_) {
    if (!matches(entry.name, input)) continue;
    entry.used = true;
    if (!found) found = entry.ttl;
  }
  return found;
}

Result<StateTtlHints::Sides> StateTtlHints::ofJoin(std::string_view left, std::string_view right) {
  for (const Entry& entry : entries_) {
    if (matches(entry.name, left) && matches(entry.name, right)) {
      return Error(ErrorKind::kValidation,
                   fmt::format("'{}' in hint STATE_TTL is the name of both sides of a join",
                               entry.name))
          .at(entry.position)
          .withHint("Give the tables aliases and name those.");
    }
  }
  std::optional<StateTtlHint> ofLeft = find(left);
  return Sides(std::move(ofLeft), find(right));
}

std::optional<StateTtlHint> StateTtlHints::ofAggregate(std::string_view input) {
  return find(input);
}

Status StateTtlHints::checkUsed() const {
  if (!asked_) return {};
  for (const Entry& entry : entries_) {
    if (entry.used) continue;
    std::string hint = didYouMean(entry.name, inputs_);
    if (hint.empty()) {
      hint = inputs_.empty()
                 ? "The inputs of this query are queries without a name: give them an alias."
                 : fmt::format("It can name: {}.", fmt::join(inputs_, ", "));
    }
    return Error(ErrorKind::kUnknownTable,
                 fmt::format("table '{}' of hint STATE_TTL is no input of a join or aggregation",
                             entry.name))
        .at(entry.position)
        .withHint(std::move(hint));
  }
  return {};
}

}  // namespace millrace
