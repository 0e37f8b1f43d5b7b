// SplitWatermarks: the watermark of several splits that one subtask reads beside each other: the
// least of those that are not idle. A split that has begun and has no watermark yet holds all back.
#pragma once

#include <cstdint>
#include <map>

#include "runtime/split_reader.h"

namespace millrace {

// One thread.
class SplitWatermarks {
 public:
  explicit SplitWatermarks(const SplitReader& reader) : reader_(reader) {}

  // The timeout of the reader, else `configured`; 0 = none.
  int64_t idleTimeoutMillis(int64_t configured) const;

  // Before the rows of a batch: they are of the reader's current split.
  void begin(int64_t nowMillis);
  // A row of the current split lifts its watermark to `millis`; returns the combined one.
  int64_t advance(int64_t millis);
  // Looks which splits there are and which have been idle for too long.
  void refresh(int64_t nowMillis, int64_t idleTimeoutMillis);
  // 0 = none yet; may go back when a split begins.
  int64_t watermark() const { return combined_; }
  // True when there is no split, or all of them are idle.
  bool areIdle() const;

 private:
  struct Split {
    int64_t watermark = 0;
    int64_t activeAt = 0;
    bool idle = false;
  };
  void combine();

  const SplitReader& reader_;
  std::map<uint64_t, Split> splits_;
  Split* current_ = nullptr;
  int64_t others_ = INT64_MAX;  // the least watermark of the splits other than the current one
  int64_t combined_ = 0;
};

}  // namespace millrace
