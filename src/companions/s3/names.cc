#include "companions/s3/names.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "companions/s3/api_errors.h"

namespace millrace::s3 {

namespace {

constexpr size_t kMaxKeyBytes = 1024;
constexpr std::array<std::string_view, 3> kReservedPrefixes = {"xn--", "sthree-", "amzn-s3-demo-"};
constexpr std::array<std::string_view, 5> kReservedSuffixes = {"-s3alias", "--ol-s3", ".mrap",
                                                               "--x-s3", "--table-s3"};

bool isLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || isDigit(c); }

// Four numbers with dots between them.
bool looksLikeAddress(std::string_view name) {
  bool digitsOnly =
      std::all_of(name.begin(), name.end(), [](char c) { return isDigit(c) || c == '.'; });
  return digitsOnly && std::count(name.begin(), name.end(), '.') == 3;
}

bool isBucketName(std::string_view name) {
  if (name.size() < 3 || name.size() > 63) return false;
  if (!isLowerOrDigit(name.front()) || !isLowerOrDigit(name.back())) return false;
  for (char c : name) {
    if (!isLowerOrDigit(c) && c != '.' && c != '-') return false;
  }
  if (name.find("..") != std::string_view::npos || looksLikeAddress(name)) return false;
  auto begins = [&](std::string_view prefix) { return name.starts_with(prefix); };
  auto ends = [&](std::string_view suffix) { return name.ends_with(suffix); };
  return std::none_of(kReservedPrefixes.begin(), kReservedPrefixes.end(), begins) &&
         std::none_of(kReservedSuffixes.begin(), kReservedSuffixes.end(), ends);
}

// The length of the sequence that a lead byte begins; 0 when it is none.
size_t sequenceLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

}  // namespace

Outcome<void> checkBucketName(std::string_view name) {
  if (isBucketName(name)) return {};
  return ApiError("InvalidBucketName", 400, "The specified bucket is not valid.")
      .with("BucketName", name);
}

bool isUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    auto lead = static_cast<unsigned char>(text[i]);
    size_t length = sequenceLength(lead);
    if (length == 0 || i + length > text.size()) return false;
    for (size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    auto second = static_cast<unsigned char>(length > 1 ? text[i + 1] : 0);
    bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    bool outside = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
    if (overlong || outside) return false;
    i += length;
  }
  return true;
}

Outcome<void> checkKey(std::string_view key) {
  if (key.size() > kMaxKeyBytes) {
    return ApiError("KeyTooLongError", 400, "Your key is too long")
        .with("Size", static_cast<int64_t>(key.size()))
        .with("MaxSizeAllowed", static_cast<int64_t>(kMaxKeyBytes));
  }
  if (!isUtf8(key)) {
    return ApiError("InvalidURI", 400, "Couldn't parse the specified URI.");
  }
  return {};
}

}  // namespace millrace::s3
