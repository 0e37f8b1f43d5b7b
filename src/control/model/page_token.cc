#include "control/model/page_token.h"

#include <fmt/format.h>

#include <charconv>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "functions/digest.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

constexpr size_t kCheckDigits = 16;

// Ties the number to its list; no secret, only a guard against mixed-up tokens.
std::string checkDigits(std::string_view list, int64_t application, std::string_view last) {
  std::string text = fmt::format("{}/{}/{}", list, application, last);
  return hexDigest(Digest::kSha256, text).substr(0, kCheckDigits);
}

}  // namespace

std::string pageToken(std::string_view list, int64_t application, int64_t last) {
  std::string number = fmt::format("{:x}", last);
  return checkDigits(list, application, number) + number;
}

Outcome<int64_t> pageStart(std::string_view list, int64_t application,
                           const std::optional<std::string>& token) {
  if (!token) return int64_t{0};
  int64_t last = 0;
  if (token->size() > kCheckDigits) {
    std::string_view number = std::string_view(*token).substr(kCheckDigits);
    auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), last, 16);
    if (error == std::errc() && end == number.data() + number.size() && last > 0 &&
        token->starts_with(checkDigits(list, application, number))) {
      return last;
    }
  }
  return invalidArgumentException("NextToken is not one that this operation has returned.");
}

}  // namespace millrace::kinesisanalyticsv2
