#include "types/time_zone.h"

#include <date/tz.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

#include "types/datetime.h"

namespace millrace {

namespace {

// The rules of the zone database end in a yearly pattern, which is unrolled to this year.
constexpr int64_t kLastTransition = 7258118400;  // 2200-01-01
constexpr int64_t kFirstInstant = -62167219200;  // 0000-01-01

struct Registry {
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<const TimeZone>, std::less<>> zones;
};

Registry& registry() {
  static Registry instance;
  return instance;
}

bool twoDigits(std::string_view text, int& out) {
  if (text.empty() || text.size() > 2) return false;
  out = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return false;
    out = out * 10 + (c - '0');
  }
  return true;
}

// "+02:00", "GMT-8", "UTC+05:30"; also the plain names of UTC.
bool parseFixedOffset(std::string_view name, int32_t& seconds) {
  seconds = 0;
  if (name == "Z" || name == "UTC" || name == "GMT" || name == "UT") return true;
  for (std::string_view prefix : {"GMT", "UTC", "UT"}) {
    if (name.substr(0, prefix.size()) == prefix) {
      name.remove_prefix(prefix.size());
      break;
    }
  }
  if (name.size() < 2 || (name[0] != '+' && name[0] != '-')) return false;
  bool negative = name[0] == '-';
  name.remove_prefix(1);
  std::string_view hourText = name.substr(0, name.find(':'));
  std::string_view minuteText =
      hourText.size() < name.size() ? name.substr(hourText.size() + 1) : std::string_view();
  if (hourText.size() == 4) {
    minuteText = hourText.substr(2);
    hourText = hourText.substr(0, 2);
  }
  int hours = 0;
  int minutes = 0;
  if (!twoDigits(hourText, hours)) return false;
  if (!minuteText.empty() && !twoDigits(minuteText, minutes)) return false;
  if (hours > 18 || minutes > 59) return false;
  seconds = (hours * 3600 + minutes * 60) * (negative ? -1 : 1);
  return true;
}

}  // namespace

const TimeZone* TimeZone::utc() {
  static const TimeZone zone("UTC", 0);
  return &zone;
}

const TimeZone* TimeZone::load(const std::string& name) {
  int32_t fixed = 0;
  if (parseFixedOffset(name, fixed)) return new TimeZone(name, fixed);
  try {
    const date::time_zone* source = date::locate_zone(name);
    date::sys_seconds at{std::chrono::seconds(kFirstInstant)};
    date::sys_info info = source->get_info(at);
    auto* zone = new TimeZone(name, static_cast<int32_t>(info.offset.count()));
    int32_t before = zone->firstOffset_;
    while (info.end.time_since_epoch().count() < kLastTransition) {
      info = source->get_info(info.end);
      int32_t offset = static_cast<int32_t>(info.offset.count());
      if (offset == before) continue;
      int64_t begin = info.begin.time_since_epoch().count();
      zone->begins_.push_back(begin);
      zone->localBegins_.push_back(begin + std::max(before, offset));
      zone->offsets_.push_back(offset);
      before = offset;
    }
    return zone;
  } catch (const std::exception&) {
    return nullptr;  // no such zone
  }
}

Result<const TimeZone*> TimeZone::find(std::string_view name) {
  Registry& all = registry();
  std::lock_guard lock(all.mutex);
  auto found = all.zones.find(name);
  if (found != all.zones.end()) return found->second.get();
  const TimeZone* zone = load(std::string(name));
  if (zone == nullptr) {
    return Error(ErrorKind::kInvalidOption, "unknown time zone '" + std::string(name) + "'")
        .withHint(
            "Use an IANA name such as 'Europe/Prague', 'UTC' or an offset such as "
            "'GMT+02:00'.");
  }
  all.zones.emplace(std::string(name), std::unique_ptr<const TimeZone>(zone));
  return zone;
}

int32_t TimeZone::offsetAt(int64_t utcSeconds) const {
  auto next = std::upper_bound(begins_.begin(), begins_.end(), utcSeconds);
  if (next == begins_.begin()) return firstOffset_;
  return offsets_[static_cast<size_t>(next - begins_.begin()) - 1];
}

int32_t TimeZone::offsetOfLocal(int64_t localSeconds) const {
  auto next = std::upper_bound(localBegins_.begin(), localBegins_.end(), localSeconds);
  if (next == localBegins_.begin()) return firstOffset_;
  return offsets_[static_cast<size_t>(next - localBegins_.begin()) - 1];
}

int64_t TimeZone::microsToLocal(int64_t utc) const {
  return utc + offsetAt(floorDivide(utc, 1'000'000)) * int64_t{1'000'000};
}

int64_t TimeZone::microsToUtc(int64_t local) const {
  return local - offsetOfLocal(floorDivide(local, 1'000'000)) * int64_t{1'000'000};
}

int64_t TimeZone::millisToLocal(int64_t utc) const {
  return utc + offsetAt(floorDivide(utc, 1000)) * int64_t{1000};
}

int64_t TimeZone::millisToUtc(int64_t local) const {
  return local - offsetOfLocal(floorDivide(local, 1000)) * int64_t{1000};
}

}  // namespace millrace
