// Time zones of the session (table.local-time-zone): offsets of instants and of local times.
//
// Zones are loaded once, live for ever and are immutable: any thread may use them. A zone holds its
// transitions as sorted arrays, so that a look-up is a binary search without locks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

class TimeZone {
 public:
  static const TimeZone* utc();
  // An IANA name ("Europe/Prague"), "UTC", "GMT", "Z" or an offset ("+02:00", "GMT-08:00").
  // kInvalidOption when there is no such zone.
  static Result<const TimeZone*> find(std::string_view name);

  const std::string& name() const { return name_; }
  bool isUtc() const { return begins_.empty() && firstOffset_ == 0; }

  // Seconds east of UTC at an instant (seconds since 1970-01-01 UTC).
  int32_t offsetAt(int64_t utcSeconds) const;
  // The offset of a local time. As in java.time a time inside a gap moves forward by the gap and
  // a time inside an overlap is the earlier one: both use the offset before the transition.
  int32_t offsetOfLocal(int64_t localSeconds) const;

  // Microseconds or milliseconds since 1970-01-01, between UTC and local time.
  int64_t microsToLocal(int64_t utc) const;
  int64_t microsToUtc(int64_t local) const;
  int64_t millisToLocal(int64_t utc) const;
  int64_t millisToUtc(int64_t local) const;

 private:
  TimeZone(std::string name, int32_t firstOffset)
      : name_(std::move(name)), firstOffset_(firstOffset) {}
  static const TimeZone* load(const std::string& name);

  std::string name_;
  int32_t firstOffset_;               // before the first transition
  std::vector<int64_t> begins_;       // instants of the transitions
  std::vector<int64_t> localBegins_;  // local times from which the new offset counts
  std::vector<int32_t> offsets_;      // from that transition on
};

}  // namespace millrace
