#include "companions/s3/identifiers.h"

#include <algorithm>

#include "aws/signature/checksum.h"
#include "companions/s3/api_errors.h"
#include "companions/s3/content/hex.h"
#include "companions/s3/store/records.h"

namespace millrace::s3 {

namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
constexpr size_t kVersionLength = 32;
constexpr size_t kUploadLength = 96;

std::string randomText(Random& random, size_t length) {
  std::string text;
  while (text.size() < length) {
    uint64_t bits = random.next();
    for (int i = 0; i < 10 && text.size() < length; ++i, bits >>= 6) text += kLetters[bits & 63];
  }
  return text;
}

}  // namespace

std::string newVersionId(Random& random) { return randomText(random, kVersionLength); }
std::string newUploadId(Random& random) { return randomText(random, kUploadLength); }

Outcome<void> checkVersionId(std::string_view version) {
  if (version == kNullVersion) return {};
  if (version.empty()) {
    return invalidArgument("Version id cannot be the empty string", "versionId", version);
  }
  bool known = std::all_of(version.begin(), version.end(),
                           [](char c) { return kLetters.find(c) != std::string_view::npos; });
  if (known && version.size() == kVersionLength) return {};
  return invalidArgument("Invalid version id specified", "versionId", version);
}

std::string canonicalUserId(std::string_view account) {
  return toHex(checksumOf(ChecksumAlgorithm::kSha256, "account " + std::string(account)));
}

}  // namespace millrace::s3
