#include "runtime/option.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/close_matches.h"

namespace millrace {

namespace {

std::string_view trim(std::string_view text) {
  size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

struct Unit {
  const char* label;
  int64_t multiplier;
  int64_t divisor = 1;
};

constexpr Unit kDurationUnits[] = {
    {"", 1},
    {"ms", 1},
    {"milli", 1},
    {"millis", 1},
    {"millisecond", 1},
    {"milliseconds", 1},
    {"s", 1000},
    {"sec", 1000},
    {"secs", 1000},
    {"second", 1000},
    {"seconds", 1000},
    {"m", 60'000},
    {"min", 60'000},
    {"minute", 60'000},
    {"minutes", 60'000},
    {"h", 3'600'000},
    {"hour", 3'600'000},
    {"hours", 3'600'000},
    {"d", 86'400'000},
    {"day", 86'400'000},
    {"days", 86'400'000},
    {"µs", 1, 1000},
    {"micro", 1, 1000},
    {"micros", 1, 1000},
    {"microsecond", 1, 1000},
    {"microseconds", 1, 1000},
    {"ns", 1, 1'000'000},
    {"nano", 1, 1'000'000},
    {"nanos", 1, 1'000'000},
    {"nanosecond", 1, 1'000'000},
    {"nanoseconds", 1, 1'000'000},
};

constexpr int64_t kKibi = 1024;
constexpr Unit kMemoryUnits[] = {
    {"", 1},
    {"b", 1},
    {"bytes", 1},
    {"k", kKibi},
    {"kb", kKibi},
    {"kibibytes", kKibi},
    {"m", kKibi* kKibi},
    {"mb", kKibi* kKibi},
    {"mebibytes", kKibi* kKibi},
    {"g", kKibi* kKibi* kKibi},
    {"gb", kKibi* kKibi* kKibi},
    {"gibibytes", kKibi* kKibi* kKibi},
    {"t", kKibi* kKibi* kKibi* kKibi},
    {"tb", kKibi* kKibi* kKibi* kKibi},
    {"tebibytes", kKibi* kKibi* kKibi* kKibi},
};

template <size_t N>
Result<int64_t> parseQuantity(std::string_view text, const Unit (&units)[N], const char* what,
                              const char* example) {
  std::string_view trimmed = trim(text);
  size_t digits = 0;
  while (digits < trimmed.size() && trimmed[digits] >= '0' && trimmed[digits] <= '9') ++digits;
  auto wrong = [&](std::string_view why) {
    return Error(ErrorKind::kInvalidOption, fmt::format("'{}' is not a {}: {}", text, what, why))
        .withHint(fmt::format("Write it as in {}.", example));
  };
  if (digits == 0) return wrong("it does not start with a number");
  int64_t number = 0;
  auto parsed = std::from_chars(trimmed.data(), trimmed.data() + digits, number);
  if (parsed.ec != std::errc()) return wrong("the number is too large");
  std::string label = lower(trim(trimmed.substr(digits)));
  for (const Unit& unit : units) {
    if (label != unit.label) continue;
    int64_t result = 0;
    if (__builtin_mul_overflow(number, unit.multiplier, &result)) {
      return wrong("the number is too large");
    }
    return result / unit.divisor;
  }
  return wrong(fmt::format("unknown unit '{}'", label));
}

// "fields.price.min" fits "fields.#.min"; the name that stands for # goes to `name`.
bool matches(std::string_view spec, std::string_view key, std::string_view* name) {
  size_t hash = spec.find('#');
  if (hash == std::string_view::npos) {
    *name = {};
    return spec == key;
  }
  std::string_view head = spec.substr(0, hash);
  std::string_view tail = spec.substr(hash + 1);
  if (key.size() <= head.size() + tail.size()) return false;
  if (key.substr(0, head.size()) != head) return false;
  if (key.substr(key.size() - tail.size()) != tail) return false;
  *name = key.substr(head.size(), key.size() - head.size() - tail.size());
  return true;
}

const OptionSpec* specOf(const std::vector<OptionSpec>& specs, std::string_view key) {
  std::string_view name;
  for (const OptionSpec& spec : specs) {
    if (spec.key == key) return &spec;
  }
  for (const OptionSpec& spec : specs) {
    if (matches(spec.key, key, &name)) return &spec;
  }
  return nullptr;
}

std::optional<bool> parseBoolean(std::string_view text) {
  std::string value = lower(trim(text));
  if (value == "true") return true;
  if (value == "false") return false;
  return std::nullopt;
}

template <typename T>
std::optional<T> parseNumber(std::string_view text) {
  text = trim(text);
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  T value{};
  auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// What a value must be, or empty when it is right.
Result<std::string> expectation(const OptionSpec& spec, std::string_view value) {
  switch (spec.type) {
    case OptionType::kString:
      return std::string();
    case OptionType::kBoolean:
      return std::string(parseBoolean(value) ? "" : "true or false");
    case OptionType::kInteger:
      return std::string(parseNumber<int64_t>(value) ? "" : "an integer");
    case OptionType::kDouble:
      return std::string(parseNumber<double>(value) ? "" : "a number");
    case OptionType::kDuration:
      TRY(parseDurationMillis(value));
      return std::string();
    case OptionType::kMemorySize:
      TRY(parseMemoryBytes(value));
      return std::string();
    case OptionType::kEnum: {
      std::string given = lower(trim(value));
      for (const std::string& allowed : spec.values) {
        if (lower(allowed) == given) return std::string();
      }
      return fmt::format("one of {}", fmt::join(spec.values, ", "));
    }
  }
  UNREACHABLE();
}

Status checkValue(const std::string& owner, const OptionSpec& spec, const std::string& key,
                  const std::string& value) {
  Result<std::string> wanted = expectation(spec, value);
  if (!wanted.ok()) {
    return std::move(wanted).error().withContext(fmt::format("option '{}' of {}", key, owner));
  }
  if (wanted.value().empty()) return {};
  return Error(ErrorKind::kInvalidOption,
               fmt::format("option '{}' of {} cannot be '{}'", key, owner, value))
      .withHint(fmt::format("It must be {}.", wanted.value()));
}

Error unknownKey(const std::string& owner, const std::vector<OptionSpec>& specs,
                 const std::string& key) {
  std::vector<std::string> allowed;
  for (const OptionSpec& spec : specs) allowed.push_back(spec.key);
  std::sort(allowed.begin(), allowed.end());
  std::string hint = didYouMean(key, allowed);
  if (!hint.empty()) hint += ' ';
  hint += allowed.empty() ? "It has no options."
                          : fmt::format("Allowed are: {}.", fmt::join(allowed, ", "));
  return Error(ErrorKind::kUnknownOption, fmt::format("option '{}' unknown to {}", key, owner))
      .withHint(std::move(hint));
}

}  // namespace

Result<int64_t> parseDurationMillis(std::string_view text) {
  return parseQuantity(text, kDurationUnits, "duration", "'10 s', '1 min' or '200 ms'");
}

Result<int64_t> parseMemoryBytes(std::string_view text) {
  return parseQuantity(text, kMemoryUnits, "memory size", "'128 mb' or '1 gb'");
}

Result<OptionReader> OptionReader::make(std::string owner, const std::vector<OptionSpec>& specs,
                                        OptionMap options) {
  for (const auto& [key, value] : options) {
    const OptionSpec* spec = specOf(specs, key);
    if (spec == nullptr) return unknownKey(owner, specs, key);
    TRY(checkValue(owner, *spec, key, value));
  }
  for (const OptionSpec& spec : specs) {
    if (!spec.required || options.contains(spec.key)) continue;
    return Error(ErrorKind::kMissingOption,
                 fmt::format("option '{}' of {} is missing", spec.key, owner))
        .withHint(fmt::format("Add '{}' = '...' to the WITH clause. {}", spec.key, spec.doc));
  }
  OptionReader reader;
  reader.owner_ = std::move(owner);
  reader.specs_ = &specs;
  reader.options_ = std::move(options);
  return reader;
}

bool OptionReader::has(std::string_view key) const { return options_.contains(std::string(key)); }

std::optional<std::string> OptionReader::find(std::string_view key) const {
  CHECK(specs_ != nullptr && specOf(*specs_, key) != nullptr, key);
  auto entry = options_.find(std::string(key));
  if (entry == options_.end()) return std::nullopt;
  return entry->second;
}

std::string OptionReader::text(std::string_view key) const {
  std::optional<std::string> written = find(key);
  return written ? *written : specOf(*specs_, key)->defaultValue;
}

bool OptionReader::boolean(std::string_view key) const {
  return parseBoolean(text(key)).value_or(false);
}

int64_t OptionReader::integer(std::string_view key) const {
  return parseNumber<int64_t>(text(key)).value_or(0);
}

double OptionReader::real(std::string_view key) const {
  return parseNumber<double>(text(key)).value_or(0);
}

int64_t OptionReader::durationMillis(std::string_view key) const {
  std::string value = text(key);
  return value.empty() ? 0 : parseDurationMillis(value).value();
}

int64_t OptionReader::memoryBytes(std::string_view key) const {
  std::string value = text(key);
  return value.empty() ? 0 : parseMemoryBytes(value).value();
}

std::vector<std::pair<std::string, std::string>> OptionReader::wildcard(
    std::string_view specKey) const {
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& [key, value] : options_) {
    std::string_view name;
    // A key that has a spec of its own is no match of the wildcard.
    const OptionSpec* spec = specOf(*specs_, key);
    if (spec != nullptr && spec->key == specKey && matches(specKey, key, &name)) {
      found.emplace_back(name, value);
    }
  }
  return found;
}

}  // namespace millrace
