// Message digests (RFC 1321, FIPS 180-4).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

enum class Digest : uint8_t { kMd5, kSha1, kSha224, kSha256, kSha384, kSha512 };

// In lower-case hexadecimal digits.
std::string hexDigest(Digest digest, std::string_view bytes);

}  // namespace millrace
