#include "companions/s3/content/checksums.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/model/base64.h"
#include "companions/s3/api_errors.h"
#include "companions/s3/content/crc_combine.h"
#include "companions/s3/content/hex.h"

namespace millrace::s3 {

namespace {

constexpr std::string_view kPrefix = "x-amz-checksum-";
// Of the same prefix, but no checksums.
constexpr std::string_view kNoChecksums[] = {"x-amz-checksum-algorithm", "x-amz-checksum-mode",
                                             "x-amz-checksum-type"};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

ApiError unknownAlgorithm() {
  return badRequest("The algorithm type you specified in x-amz-checksum- header is invalid.");
}

bool hasSizeOf(ChecksumAlgorithm algorithm, std::string_view value) {
  auto raw = base64Decode(value);
  return raw && raw->size() == checksumOf(algorithm, {}).size();
}

}  // namespace

Outcome<std::optional<GivenChecksum>> givenChecksum(const HttpHeaders& headers) {
  std::optional<GivenChecksum> given;
  auto take = [&](const std::string& name, std::string_view value) -> Outcome<void> {
    auto algorithm = checksumAlgorithmOf(std::string_view(name).substr(kPrefix.size()));
    if (!algorithm || *algorithm == ChecksumAlgorithm::kMd5) return unknownAlgorithm();
    if (given) {
      return badRequest(
          "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
    }
    given = {*algorithm, std::string(value)};
    return {};
  };
  for (const auto& [field, value] : headers) {
    std::string name = lower(field);
    if (!name.starts_with(kPrefix)) continue;
    if (std::find(std::begin(kNoChecksums), std::end(kNoChecksums), name) !=
        std::end(kNoChecksums)) {
      continue;
    }
    TRY(take(name, value));
    if (!hasSizeOf(given->algorithm, value)) {
      return badRequest(fmt::format("Value for {} header is invalid.", name));
    }
  }
  std::string trailer = lower(headers.get("x-amz-trailer"));
  if (trailer.starts_with(kPrefix)) TRY(take(trailer, {}));
  std::string_view announced = headers.get("x-amz-sdk-checksum-algorithm");
  if (!announced.empty() && !given) {
    return badRequest(
        "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
        "x-amz-trailer headers were found.");
  }
  return given;
}

Outcome<ChecksumAlgorithm> algorithmNamed(std::string_view name) {
  auto algorithm = checksumAlgorithmOf(name);
  if (!algorithm || *algorithm == ChecksumAlgorithm::kMd5) {
    return badRequest(
        "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
        "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
  }
  return *algorithm;
}

ApiError checksumMismatch(ChecksumAlgorithm algorithm) {
  return ApiError("BadDigest", 400,
                  fmt::format("The {} you specified did not match the calculated checksum.",
                              checksumName(algorithm)));
}

Outcome<void> checkChecksum(const GivenChecksum& given, std::string_view calculated) {
  auto raw = base64Decode(given.value);
  if (!raw || *raw != calculated) return checksumMismatch(given.algorithm);
  return {};
}

bool compositeByDefault(ChecksumAlgorithm algorithm) {
  return algorithm != ChecksumAlgorithm::kCrc64Nvme;
}

StoredChecksum checksumOfParts(ChecksumAlgorithm algorithm, bool composite,
                               const std::vector<PartRecord>& parts) {
  if (!composite) {
    CrcCombiner combiner(algorithm);
    for (const PartRecord& part : parts) {
      combiner.append(base64Decode(part.checksum).value_or(""), part.size);
    }
    return {algorithm, false, base64Encode(combiner.value())};
  }
  auto all = makeChecksum(algorithm);
  for (const PartRecord& part : parts) all->update(base64Decode(part.checksum).value_or(""));
  return {algorithm, true, fmt::format("{}-{}", base64Encode(all->finish()), parts.size())};
}

std::string etagOfParts(const std::vector<PartRecord>& parts) {
  auto all = makeChecksum(ChecksumAlgorithm::kMd5);
  for (const PartRecord& part : parts) all->update(fromHex(part.etag));
  return fmt::format("{}-{}", toHex(all->finish()), parts.size());
}

}  // namespace millrace::s3
