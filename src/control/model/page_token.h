// Tokens of pages: where the next one begins, opaque to clients.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "aws/model/api_error.h"

namespace millrace::kinesisanalyticsv2 {

inline constexpr int64_t kMaxPage = 50;  // Limit of all lists, and its default

// `list` names the operation, so that a token of another list, or of another application, is
// refused.
std::string pageToken(std::string_view list, int64_t application, int64_t last);

// The number behind which the page begins; 0 without a token. InvalidArgumentException for what is
// no token of this list.
Outcome<int64_t> pageStart(std::string_view list, int64_t application,
                           const std::optional<std::string>& token);

}  // namespace millrace::kinesisanalyticsv2
