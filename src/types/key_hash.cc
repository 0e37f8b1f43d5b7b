#include "types/key_hash.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "types/nested_codec.h"

namespace millrace {

namespace {

constexpr uint64_t kNullHash = 0x7a1d3c5b9e8f2041;
constexpr uint32_t kSmallestMaxParallelism = 128;
constexpr uint32_t kLargestMaxParallelism = 32768;

inline uint64_t mix(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccd;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53;
  return x ^ x >> 33;
}

inline uint64_t word(uint64_t x) { return mix(x ^ 0x9e3779b97f4a7c15); }

inline uint64_t combine(uint64_t a, uint64_t b) {
  unsigned __int128 product =
      static_cast<unsigned __int128>(a ^ 0xa0761d6478bd642f) * (b ^ 0xe7037ed1a0b428db);
  return static_cast<uint64_t>(product >> 64) ^ static_cast<uint64_t>(product);
}

inline uint64_t hashReal(double value) {
  return word(std::bit_cast<uint64_t>(canonicalReal(value, true)));
}

uint64_t hashDecimal(int128 unscaled, int scale) {
  while (scale > 0 && unscaled % 10 == 0) {
    unscaled /= 10;
    --scale;
  }
  uint64_t high = static_cast<uint64_t>(unscaled >> 64);
  return combine(word(static_cast<uint64_t>(unscaled)),
                 word((high << 8) ^ static_cast<uint64_t>(scale)));
}

// The same for 64-bit values, whose divisions are much cheaper.
uint64_t hashShortDecimal(int64_t unscaled, int scale) {
  while (scale > 0 && unscaled % 10 == 0) {
    unscaled /= 10;
    --scale;
  }
  uint64_t high = unscaled < 0 ? ~uint64_t{0} : 0;
  return combine(word(static_cast<uint64_t>(unscaled)),
                 word((high << 8) ^ static_cast<uint64_t>(scale)));
}

inline uint64_t hashMicros(int64_t micros) { return word(static_cast<uint64_t>(micros) * 1000); }

inline uint64_t hashNanos(NanoTimestamp value) {
  return word(static_cast<uint64_t>(value.millis) * 1'000'000 + static_cast<uint64_t>(value.nanos));
}

inline uint64_t hashText(const StringView& value) {
  return XXH3_64bits(value.data(), value.size());
}

inline uint64_t hashInteger(int64_t value) { return word(static_cast<uint64_t>(value)); }

// Calls work(hash function of a value, type tag) for the flat layouts of a column.
template <typename Work>
bool withFlatHash(const Column& column, Work&& work) {
  int scale = column.type().scale();
  bool decimal = column.type().kind() == TypeKind::kDecimal;
  switch (column.physical()) {
    case Physical::kBool:
      work(uint8_t{}, [](uint8_t v) { return hashInteger(v); });
      return true;
    case Physical::kInt8:
      work(int8_t{}, [](int8_t v) { return hashInteger(v); });
      return true;
    case Physical::kInt16:
      work(int16_t{}, [](int16_t v) { return hashInteger(v); });
      return true;
    case Physical::kInt32:
      work(int32_t{}, [](int32_t v) { return hashInteger(v); });
      return true;
    case Physical::kInt64:
      if (decimal) {
        work(int64_t{}, [scale](int64_t v) { return hashShortDecimal(v, scale); });
      } else if (column.type().isTimestamp()) {
        work(int64_t{}, [](int64_t v) { return hashMicros(v); });
      } else {
        work(int64_t{}, [](int64_t v) { return hashInteger(v); });
      }
      return true;
    case Physical::kInt128:
      work(int128{}, [scale](int128 v) { return hashDecimal(v, scale); });
      return true;
    case Physical::kFloat:
      work(float{}, [](float v) { return hashReal(v); });
      return true;
    case Physical::kDouble:
      work(double{}, [](double v) { return hashReal(v); });
      return true;
    case Physical::kNanoTimestamp:
      work(NanoTimestamp{}, hashNanos);
      return true;
    case Physical::kString:
      work(StringView{}, hashText);
      return true;
    default:
      return false;
  }
}

uint64_t hashNested(const Column& column, size_t position);

uint64_t hashValue(const Column& column, size_t row) {
  if (column.isNull(row)) return kNullHash;
  size_t position = column.position(row);
  uint64_t hash = 0;
  bool flat = withFlatHash(column, [&](auto tag, auto hashOf) {
    hash = hashOf(column.values<decltype(tag)>()[position]);
  });
  return flat ? hash : hashNested(column, position);
}

uint64_t hashNested(const Column& column, size_t position) {
  if (column.physical() == Physical::kRow) {
    uint64_t hash = word(column.numChildren());
    for (size_t i = 0; i < column.numChildren(); ++i) {
      hash = combine(hash, hashValue(*column.child(i), position));
    }
    return hash;
  }
  ListRange range = column.ranges()[position];
  if (column.physical() == Physical::kArray) {
    uint64_t hash = word(range.length);
    for (uint32_t k = 0; k < range.length; ++k) {
      hash = combine(hash, hashValue(*column.child(0), range.offset + k));
    }
    return hash;
  }
  uint64_t sum = range.length;
  for (uint32_t k = 0; k < range.length; ++k) {
    sum += combine(hashValue(*column.child(0), range.offset + k),
                   hashValue(*column.child(1), range.offset + k));
  }
  return word(sum);
}

template <bool kFirst>
inline void put(uint64_t* hashes, uint32_t k, uint64_t hash) {
  hashes[k] = kFirst ? hash : combine(hashes[k], hash);
}

template <bool kFirst>
void hashColumn(const Column& column, Rows rows, uint64_t* hashes) {
  uint32_t count = rows.count();
  if (column.isConstant()) {
    uint64_t hash = hashValue(column, 0);
    for (uint32_t k = 0; k < count; ++k) put<kFirst>(hashes, k, hash);
    return;
  }
  bool flat = withFlatHash(column, [&](auto tag, auto hashOf) {
    const auto* values = column.values<decltype(tag)>();
    if (column.mayHaveNulls()) {
      for (uint32_t k = 0; k < count; ++k) {
        uint32_t row = rows[k];
        put<kFirst>(hashes, k, column.isNull(row) ? kNullHash : hashOf(values[row]));
      }
    } else if (rows.isDense()) {
      const auto* run = values + rows.begin;
      for (uint32_t k = 0; k < count; ++k) put<kFirst>(hashes, k, hashOf(run[k]));
    } else {
      for (uint32_t k = 0; k < count; ++k) put<kFirst>(hashes, k, hashOf(values[rows[k]]));
    }
  });
  if (flat) return;
  for (uint32_t k = 0; k < count; ++k) put<kFirst>(hashes, k, hashValue(column, rows[k]));
}

}  // namespace

void hashKeys(std::span<const ColumnPtr> columns, Rows rows, uint64_t* hashes) {
  CHECK(!columns.empty());
  hashColumn<true>(*columns[0], rows, hashes);
  for (size_t i = 1; i < columns.size(); ++i) hashColumn<false>(*columns[i], rows, hashes);
}

KeyGroupRange keyGroupRangeOf(uint32_t subtask, uint32_t parallelism, uint32_t maxParallelism) {
  return {(subtask * maxParallelism + parallelism - 1) / parallelism,
          ((subtask + 1) * maxParallelism - 1) / parallelism};
}

uint32_t defaultMaxParallelism(uint32_t parallelism) {
  uint32_t wanted = std::bit_ceil(parallelism + parallelism / 2);
  return std::clamp(wanted, kSmallestMaxParallelism, kLargestMaxParallelism);
}

}  // namespace millrace
