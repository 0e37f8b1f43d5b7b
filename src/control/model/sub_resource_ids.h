// Ids of what belongs to a version: "<version>.<number>", as in "2.1" for what version 2 has added
// first.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace millrace::kinesisanalyticsv2 {

class SubResourceIds {
 public:
  explicit SubResourceIds(int64_t version) : version_(version) {}
  std::string next() { return fmt::format("{}.{}", version_, ++number_); }

 private:
  int64_t version_;
  int64_t number_ = 0;
};

}  // namespace millrace::kinesisanalyticsv2
