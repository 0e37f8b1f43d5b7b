#include "functions/digest.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "types/value_text.h"

namespace millrace {

namespace {

template <typename Word>
Word loadBig(const uint8_t* at) {
  Word word = 0;
  for (size_t i = 0; i < sizeof(Word); ++i) word = word << 8 | at[i];
  return word;
}

uint32_t loadLittle(const uint8_t* at) {
  return at[0] | uint32_t{at[1]} << 8 | uint32_t{at[2]} << 16 | uint32_t{at[3]} << 24;
}

// The message with its padding: a 1 bit, zeros, and the length in bits.
std::vector<uint8_t> padded(std::string_view bytes, size_t block, bool bigEndian) {
  size_t lengthBytes = block / 8;
  size_t size = (bytes.size() + 1 + lengthBytes + block - 1) / block * block;
  std::vector<uint8_t> out(size, 0);
  std::copy(bytes.begin(), bytes.end(), out.begin());
  out[bytes.size()] = 0x80;
  uint64_t bits = uint64_t{bytes.size()} * 8;
  for (size_t i = 0; i < 8; ++i) {
    size_t place = bigEndian ? size - 1 - i : size - 8 + i;
    out[place] = static_cast<uint8_t>(bits >> (8 * i));
  }
  return out;
}

template <typename Word, size_t N>
std::string bigEndianHex(const std::array<Word, N>& words, size_t bytes) {
  std::string raw;
  for (Word word : words) {
    for (size_t i = sizeof(Word); i-- > 0;) raw += static_cast<char>(word >> (8 * i));
  }
  std::string hex;
  appendHex(std::string_view(raw).substr(0, bytes), hex);
  return hex;
}

std::array<uint32_t, 80> firstPrimes() {
  std::array<uint32_t, 80> primes{};
  size_t count = 0;
  for (uint32_t candidate = 2; count < primes.size(); ++candidate) {
    bool prime = std::none_of(primes.begin(), primes.begin() + static_cast<long>(count),
                              [=](uint32_t p) { return candidate % p == 0; });
    if (prime) primes[count++] = candidate;
  }
  return primes;
}

std::string md5(std::string_view bytes) {
  static const std::array<uint32_t, 64> kSines = [] {
    std::array<uint32_t, 64> sines{};
    for (size_t i = 0; i < 64; ++i) {
      sines[i] = static_cast<uint32_t>(std::fabs(std::sin(static_cast<double>(i + 1))) * 0x1p32);
    }
    return sines;
  }();
  constexpr int kShifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  std::array<uint32_t, 4> state = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
  std::vector<uint8_t> message = padded(bytes, 64, false);
  for (size_t at = 0; at < message.size(); at += 64) {
    auto [a, b, c, d] = state;
    for (uint32_t i = 0; i < 64; ++i) {
      uint32_t mixed, word;
      switch (i / 16) {
        case 0:
          mixed = (b & c) | (~b & d);
          word = i;
          break;
        case 1:
          mixed = (d & b) | (~d & c);
          word = (5 * i + 1) % 16;
          break;
        case 2:
          mixed = b ^ c ^ d;
          word = (3 * i + 5) % 16;
          break;
        default:
          mixed = c ^ (b | ~d);
          word = 7 * i % 16;
      }
      mixed += a + kSines[i] + loadLittle(&message[at + 4 * word]);
      a = d;
      d = c;
      c = b;
      b += std::rotl(mixed, kShifts[i / 16][i % 4]);
    }
    state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
  }
  for (uint32_t& word : state) word = __builtin_bswap32(word);
  return bigEndianHex(state, 16);
}

std::string sha1(std::string_view bytes) {
  std::array<uint32_t, 5> state = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  std::vector<uint8_t> message = padded(bytes, 64, true);
  for (size_t at = 0; at < message.size(); at += 64) {
    uint32_t w[80];
    for (size_t i = 0; i < 16; ++i) w[i] = loadBig<uint32_t>(&message[at + 4 * i]);
    for (size_t i = 16; i < 80; ++i) {
      w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    }
    auto [a, b, c, d, e] = state;
    for (size_t i = 0; i < 80; ++i) {
      uint32_t mixed, constant;
      switch (i / 20) {
        case 0:
          mixed = (b & c) | (~b & d);
          constant = 0x5A827999;
          break;
        case 1:
          mixed = b ^ c ^ d;
          constant = 0x6ED9EBA1;
          break;
        case 2:
          mixed = (b & c) | (b & d) | (c & d);
          constant = 0x8F1BBCDC;
          break;
        default:
          mixed = b ^ c ^ d;
          constant = 0xCA62C1D6;
      }
      uint32_t next = std::rotl(a, 5) + mixed + e + constant + w[i];
      e = d;
      d = c;
      c = std::rotl(b, 30);
      b = a;
      a = next;
    }
    state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d, state[4] + e};
  }
  return bigEndianHex(state, 20);
}

// The rotations that tell the 32-bit from the 64-bit members of SHA-2.
struct Sha2Shape {
  int rounds;
  int upper0[3], upper1[3];  // rotations of the working variables
  int lower0[3], lower1[3];  // two rotations and a shift of the schedule
};
constexpr Sha2Shape kShape32 = {64, {2, 13, 22}, {6, 11, 25}, {7, 18, 3}, {17, 19, 10}};
constexpr Sha2Shape kShape64 = {80, {28, 34, 39}, {14, 18, 41}, {1, 8, 7}, {19, 61, 6}};

// The cube roots of the primes.
template <typename Word>
const std::array<Word, 80>& sha2Constants();

// The 64 bits of the fraction of a cube root, found bit by bit.
uint64_t cubeRootBits(uint32_t prime) {
  // x^3 < prime * 2^192 for x < 2^67, in four 64-bit limbs.
  auto atMost = [prime](unsigned __int128 x) {
    auto high = static_cast<uint64_t>(x >> 64), low = static_cast<uint64_t>(x);
    unsigned __int128 lowSquare = static_cast<unsigned __int128>(low) * low;
    unsigned __int128 cross = static_cast<unsigned __int128>(2) * high * low;
    unsigned __int128 squareHigh = static_cast<unsigned __int128>(high) * high + (cross >> 64);
    unsigned __int128 middle = (lowSquare >> 64) + static_cast<uint64_t>(cross);
    uint64_t limb0 = static_cast<uint64_t>(lowSquare), limb1 = static_cast<uint64_t>(middle);
    auto limb2 = static_cast<uint64_t>(squareHigh + (middle >> 64));
    // Times x once more; only whether the top limb reaches the prime matters.
    unsigned __int128 carry = static_cast<unsigned __int128>(limb0) * low >> 64;
    carry += static_cast<unsigned __int128>(limb1) * low;
    unsigned __int128 next = carry >> 64;
    unsigned __int128 first =
        static_cast<uint64_t>(carry) + static_cast<unsigned __int128>(limb0) * high;
    next += first >> 64;
    next += static_cast<unsigned __int128>(limb2) * low;
    unsigned __int128 top = next >> 64;
    unsigned __int128 second =
        static_cast<uint64_t>(next) + static_cast<unsigned __int128>(limb1) * high;
    top += second >> 64;
    top += static_cast<unsigned __int128>(limb2) * high;
    return top < prime;
  };
  unsigned __int128 root = 0;
  for (int bit = 66; bit >= 0; --bit) {
    unsigned __int128 candidate = root | static_cast<unsigned __int128>(1) << bit;
    if (atMost(candidate)) root = candidate;
  }
  return static_cast<uint64_t>(root);
}

template <>
const std::array<uint64_t, 80>& sha2Constants<uint64_t>() {
  static const std::array<uint64_t, 80> constants = [] {
    std::array<uint64_t, 80> values{};
    std::array<uint32_t, 80> primes = firstPrimes();
    for (size_t i = 0; i < 80; ++i) values[i] = cubeRootBits(primes[i]);
    return values;
  }();
  return constants;
}

// The 32-bit members use the upper halves.
template <>
const std::array<uint32_t, 80>& sha2Constants<uint32_t>() {
  static const std::array<uint32_t, 80> constants = [] {
    std::array<uint32_t, 80> values{};
    for (size_t i = 0; i < 80; ++i) {
      values[i] = static_cast<uint32_t>(sha2Constants<uint64_t>()[i] >> 32);
    }
    return values;
  }();
  return constants;
}

// Square roots of the primes from `first` on: 64 bits of the fraction.
std::array<uint64_t, 8> squareRoots(size_t first) {
  std::array<uint64_t, 8> roots{};
  std::array<uint32_t, 80> primes = firstPrimes();
  for (size_t i = 0; i < 8; ++i) {
    // floor(sqrt(p) * 2^64) bit by bit: x * x < p * 2^128 with x below 2^69.
    unsigned __int128 root = 0;
    for (int bit = 68; bit >= 0; --bit) {
      unsigned __int128 x = root | static_cast<unsigned __int128>(1) << bit;
      auto high = static_cast<uint64_t>(x >> 64), low = static_cast<uint64_t>(x);
      unsigned __int128 carry = static_cast<unsigned __int128>(low) * low >> 64;
      carry += static_cast<unsigned __int128>(2) * high * low;
      unsigned __int128 top = static_cast<unsigned __int128>(high) * high + (carry >> 64);
      if (top < primes[first + i]) root = x;
    }
    roots[i] = static_cast<uint64_t>(root);
  }
  return roots;
}

template <typename Word>
std::array<Word, 8> sha2(std::array<Word, 8> state, const Sha2Shape& shape,
                         std::string_view bytes) {
  const std::array<Word, 80>& constants = sha2Constants<Word>();
  constexpr size_t kBlock = 16 * sizeof(Word);
  std::vector<uint8_t> message = padded(bytes, kBlock, true);
  auto upper = [](Word x, const int* r) {
    return std::rotr(x, r[0]) ^ std::rotr(x, r[1]) ^ std::rotr(x, r[2]);
  };
  auto lower = [](Word x, const int* r) {
    return std::rotr(x, r[0]) ^ std::rotr(x, r[1]) ^ (x >> r[2]);
  };
  auto rounds = static_cast<size_t>(shape.rounds);
  for (size_t at = 0; at < message.size(); at += kBlock) {
    Word w[80];
    for (size_t i = 0; i < 16; ++i) w[i] = loadBig<Word>(&message[at + sizeof(Word) * i]);
    for (size_t i = 16; i < rounds; ++i) {
      w[i] = lower(w[i - 2], shape.lower1) + w[i - 7] + lower(w[i - 15], shape.lower0) + w[i - 16];
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (size_t i = 0; i < rounds; ++i) {
      Word first = h + upper(e, shape.upper1) + ((e & f) ^ (~e & g)) + constants[i] + w[i];
      Word second = upper(a, shape.upper0) + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = d + first;
      d = c;
      c = b;
      b = a;
      a = first + second;
    }
    std::array<Word, 8> sum = {a, b, c, d, e, f, g, h};
    for (size_t i = 0; i < 8; ++i) state[i] += sum[i];
  }
  return state;
}

std::string shaOf32(std::string_view bytes, bool is224) {
  std::array<uint32_t, 8> state{};
  // SHA-224 starts with the second 32 bits of the roots of the 9th to 16th primes.
  std::array<uint64_t, 8> roots = squareRoots(is224 ? 8 : 0);
  for (size_t i = 0; i < 8; ++i) {
    state[i] = static_cast<uint32_t>(is224 ? roots[i] : roots[i] >> 32);
  }
  return bigEndianHex(sha2(state, kShape32, bytes), is224 ? 28 : 32);
}

std::string shaOf64(std::string_view bytes, bool is384) {
  return bigEndianHex(sha2(squareRoots(is384 ? 8 : 0), kShape64, bytes), is384 ? 48 : 64);
}

}  // namespace

std::string hexDigest(Digest digest, std::string_view bytes) {
  switch (digest) {
    case Digest::kMd5:
      return md5(bytes);
    case Digest::kSha1:
      return sha1(bytes);
    case Digest::kSha224:
      return shaOf32(bytes, true);
    case Digest::kSha256:
      return shaOf32(bytes, false);
    case Digest::kSha384:
      return shaOf64(bytes, true);
    case Digest::kSha512:
      return shaOf64(bytes, false);
  }
  return {};
}

}  // namespace millrace
