#include "aws/signature/checksum.h"

#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace millrace {

namespace {

struct Named {
  ChecksumAlgorithm algorithm;
  std::string_view name;
};
constexpr std::array<Named, 6> kNames = {{{ChecksumAlgorithm::kCrc32, "CRC32"},
                                          {ChecksumAlgorithm::kCrc32c, "CRC32C"},
                                          {ChecksumAlgorithm::kCrc64Nvme, "CRC64NVME"},
                                          {ChecksumAlgorithm::kSha1, "SHA1"},
                                          {ChecksumAlgorithm::kSha256, "SHA256"},
                                          {ChecksumAlgorithm::kMd5, "MD5"}}};

std::string bigEndian(uint64_t value, size_t bytes) {
  std::string text(bytes, '\0');
  for (size_t i = 0; i < bytes; ++i) text[bytes - 1 - i] = static_cast<char>(value >> (8 * i));
  return text;
}

// Tables of a reflected CRC, eight bytes at a step.
template <typename T>
using CrcTables = std::array<std::array<T, 256>, 8>;

template <typename T>
constexpr CrcTables<T> makeTables(T polynomial) {
  CrcTables<T> tables{};
  for (unsigned i = 0; i < 256; ++i) {
    T value = i;
    for (int bit = 0; bit < 8; ++bit)
      value = (value & 1) != 0 ? value >> 1 ^ polynomial : value >> 1;
    tables[0][i] = value;
  }
  for (unsigned i = 0; i < 256; ++i) {
    for (size_t t = 1; t < 8; ++t) {
      tables[t][i] = tables[t - 1][i] >> 8 ^ tables[0][tables[t - 1][i] & 255];
    }
  }
  return tables;
}

template <typename T>
T updateCrc(const CrcTables<T>& tables, T crc, std::string_view bytes) {
  const auto* at = reinterpret_cast<const uint8_t*>(bytes.data());
  size_t left = bytes.size();
  while (left >= 8) {
    uint64_t word = crc;
    for (int i = 0; i < 8; ++i) word ^= uint64_t{at[i]} << (8 * i);
    crc = 0;
    for (int i = 0; i < 8; ++i) crc ^= tables[7 - i][word >> (8 * i) & 255];
    at += 8;
    left -= 8;
  }
  while (left-- > 0) crc = crc >> 8 ^ tables[0][(crc ^ *at++) & 255];
  return crc;
}

const CrcTables<uint32_t>& crc32cTables() {
  static const CrcTables<uint32_t> tables = makeTables<uint32_t>(0x82F63B78u);
  return tables;
}

const CrcTables<uint64_t>& crc64NvmeTables() {
  static const CrcTables<uint64_t> tables = makeTables<uint64_t>(0x9A6C9329AC4BC9B5ull);
  return tables;
}

class Crc32 final : public Checksum {
 public:
  void update(std::string_view bytes) override {
    crc_ = ::crc32_z(crc_, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  }
  std::string finish() override { return bigEndian(crc_, 4); }

 private:
  uLong crc_ = 0;
};

class Crc32c final : public Checksum {
 public:
  void update(std::string_view bytes) override { crc_ = updateCrc(crc32cTables(), crc_, bytes); }
  std::string finish() override { return bigEndian(~crc_, 4); }

 private:
  uint32_t crc_ = ~uint32_t{0};
};

class Crc64Nvme final : public Checksum {
 public:
  void update(std::string_view bytes) override { crc_ = updateCrc(crc64NvmeTables(), crc_, bytes); }
  std::string finish() override { return bigEndian(~crc_, 8); }

 private:
  uint64_t crc_ = ~uint64_t{0};
};

class Digest final : public Checksum {
 public:
  explicit Digest(const EVP_MD* kind) : context_(EVP_MD_CTX_new()) {
    EVP_DigestInit_ex(context_, kind, nullptr);
  }
  ~Digest() override { EVP_MD_CTX_free(context_); }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void update(std::string_view bytes) override {
    EVP_DigestUpdate(context_, bytes.data(), bytes.size());
  }
  std::string finish() override {
    std::string out(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    EVP_DigestFinal_ex(context_, reinterpret_cast<unsigned char*>(out.data()), &size);
    out.resize(size);
    return out;
  }

 private:
  EVP_MD_CTX* context_;
};

}  // namespace

std::optional<ChecksumAlgorithm> checksumAlgorithmOf(std::string_view name) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  for (const Named& entry : kNames) {
    if (entry.name == upper) return entry.algorithm;
  }
  return {};
}

std::string_view checksumName(ChecksumAlgorithm algorithm) {
  return kNames[static_cast<size_t>(algorithm)].name;
}

std::string checksumHeader(ChecksumAlgorithm algorithm) {
  std::string header = "x-amz-checksum-";
  for (char c : checksumName(algorithm)) {
    header += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return header;
}

std::unique_ptr<Checksum> makeChecksum(ChecksumAlgorithm algorithm) {
  switch (algorithm) {
    case ChecksumAlgorithm::kCrc32:
      return std::make_unique<Crc32>();
    case ChecksumAlgorithm::kCrc32c:
      return std::make_unique<Crc32c>();
    case ChecksumAlgorithm::kCrc64Nvme:
      return std::make_unique<Crc64Nvme>();
    case ChecksumAlgorithm::kSha1:
      return std::make_unique<Digest>(EVP_sha1());
    case ChecksumAlgorithm::kSha256:
      return std::make_unique<Digest>(EVP_sha256());
    case ChecksumAlgorithm::kMd5:
      return std::make_unique<Digest>(EVP_md5());
  }
  UNREACHABLE();
}

std::string checksumOf(ChecksumAlgorithm algorithm, std::string_view bytes) {
  std::unique_ptr<Checksum> checksum = makeChecksum(algorithm);
  checksum->update(bytes);
  return checksum->finish();
}

}  // namespace millrace
