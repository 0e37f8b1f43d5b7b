#include "companions/kinesis/hash_key.h"

#include <openssl/evp.h>

#include <memory>

#include "base/check.h"

namespace millrace::kinesis {

namespace {

struct DigestDeleter {
  void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Looking an algorithm up costs more than a short hash, so it is done once.
const EVP_MD* md5() {
  static const std::unique_ptr<EVP_MD, DigestDeleter> kDigest(
      EVP_MD_fetch(nullptr, "MD5", nullptr));
  CHECK(kDigest != nullptr, "OpenSSL has no MD5");
  return kDigest.get();
}

}  // namespace

HashKeyValue hashOfPartitionKey(std::string_view partitionKey) {
  thread_local const std::unique_ptr<EVP_MD_CTX, DigestDeleter> context(EVP_MD_CTX_new());
  unsigned char digest[16];
  bool hashed = EVP_DigestInit_ex2(context.get(), md5(), nullptr) == 1 &&
                EVP_DigestUpdate(context.get(), partitionKey.data(), partitionKey.size()) == 1 &&
                EVP_DigestFinal_ex(context.get(), digest, nullptr) == 1;
  CHECK(hashed, "MD5 failed");
  HashKeyValue key = 0;
  for (unsigned char byte : digest) key = key << 8 | byte;
  return key;
}

std::string formatHashKey(HashKeyValue key) {
  char digits[40];
  char* end = digits + sizeof digits;
  char* at = end;
  do {
    *--at = static_cast<char>('0' + static_cast<int>(key % 10));
    key /= 10;
  } while (key != 0);
  return std::string(at, end);
}

std::optional<HashKeyValue> parseHashKey(std::string_view text) {
  if (text.empty() || text.size() > 39) return std::nullopt;
  HashKeyValue key = 0;
  for (char character : text) {
    if (character < '0' || character > '9') return std::nullopt;
    auto digit = static_cast<HashKeyValue>(character - '0');
    if (key > (kMaxHashKey - digit) / 10) return std::nullopt;
    key = key * 10 + digit;
  }
  return key;
}

HashRange uniformRange(uint32_t i, uint32_t count) {
  return {uniformStart(i, count), i + 1 == count ? kMaxHashKey : uniformStart(i + 1, count) - 1};
}

}  // namespace millrace::kinesis
