#include "operators/changelog/interleave.h"

#include <vector>

#include "types/bitmap.h"
#include "types/gather.h"
#include "types/value.h"

namespace millrace {

namespace {

constexpr uint32_t kRowMask = kFromSecond - 1;

template <typename T>
void interleaveValues(const Column& first, const Column& second, std::span<const uint32_t> picks,
                      Column& out) {
  const T* sources[2] = {first.values<T>(), second.values<T>()};
  const uint32_t masks[2] = {first.isConstant() ? 0 : kRowMask, second.isConstant() ? 0 : kRowMask};
  T* to = out.mutableValues<T>();
  for (size_t i = 0; i < picks.size(); ++i) {
    uint32_t side = picks[i] >> 31;
    to[i] = sources[side][picks[i] & masks[side]];
  }
}

void interleaveValidity(const Column& first, const Column& second, std::span<const uint32_t> picks,
                        Column& out) {
  if (!first.mayHaveNulls() && !second.mayHaveNulls()) return;
  const Column* sources[2] = {&first, &second};
  uint64_t* words = out.mutableValidity();
  for (size_t i = 0; i < picks.size(); ++i) {
    if (sources[picks[i] >> 31]->isNull(picks[i] & kRowMask)) clearBit(words, i);
  }
}

ColumnPtr interleaveNested(const Column& first, const Column& second,
                           std::span<const uint32_t> picks) {
  std::vector<uint32_t> rows[2];
  std::vector<uint32_t> order(picks.size());
  for (uint32_t pick : picks) rows[pick >> 31].push_back(pick & kRowMask);
  uint32_t next[2] = {0, static_cast<uint32_t>(rows[0].size())};
  for (size_t i = 0; i < picks.size(); ++i) order[i] = next[picks[i] >> 31]++;
  ColumnPtr parts[2] = {gather(first, rows[0]), gather(second, rows[1])};
  ColumnPtr both = concat(parts);
  return gather(*both, order);
}

template <typename T>
void markDifferentValues(const Column& before, const Column& after, size_t n, uint8_t* changed) {
  ColumnValues<T> a(before);
  ColumnValues<T> b(after);
  if (!before.mayHaveNulls() && !after.mayHaveNulls()) {
    for (size_t k = 0; k < n; ++k) changed[k] |= !(a[k] == b[k]);
    return;
  }
  for (size_t k = 0; k < n; ++k) {
    bool nullA = before.isNull(k);
    bool nullB = after.isNull(k);
    changed[k] |= nullA != nullB || (!nullA && !(a[k] == b[k]));
  }
}

}  // namespace

ColumnPtr interleave(const Column* first, const Column* second, std::span<const uint32_t> picks) {
  if (first == nullptr) first = second;
  if (second == nullptr) second = first;
  if (first->type().isNested()) return interleaveNested(*first, *second, picks);
  MutableColumnPtr out = Column::make(first->type(), picks.size());
  switch (first->physical()) {
    case Physical::kBool:
    case Physical::kInt8:
      interleaveValues<int8_t>(*first, *second, picks, *out);
      break;
    case Physical::kInt16:
      interleaveValues<int16_t>(*first, *second, picks, *out);
      break;
    case Physical::kInt32:
    case Physical::kFloat:
      interleaveValues<int32_t>(*first, *second, picks, *out);
      break;
    case Physical::kInt64:
    case Physical::kDouble:
      interleaveValues<int64_t>(*first, *second, picks, *out);
      break;
    case Physical::kInt128:
    case Physical::kNanoTimestamp:
      interleaveValues<int128>(*first, *second, picks, *out);
      break;
    case Physical::kString:
      interleaveValues<StringView>(*first, *second, picks, *out);
      out->retainAllOf(*first);
      if (second != first) out->retainAllOf(*second);
      break;
    default:
      UNREACHABLE();
  }
  interleaveValidity(*first, *second, picks, *out);
  return out;
}

void markDifferences(const Column& before, const Column& after, size_t n, uint8_t* changed) {
  switch (before.physical()) {
    case Physical::kBool:
    case Physical::kInt8:
      markDifferentValues<int8_t>(before, after, n, changed);
      return;
    case Physical::kInt16:
      markDifferentValues<int16_t>(before, after, n, changed);
      return;
    case Physical::kInt32:
      markDifferentValues<int32_t>(before, after, n, changed);
      return;
    case Physical::kInt64:
      markDifferentValues<int64_t>(before, after, n, changed);
      return;
    case Physical::kInt128:
      markDifferentValues<int128>(before, after, n, changed);
      return;
    case Physical::kFloat:
      markDifferentValues<float>(before, after, n, changed);
      return;
    case Physical::kDouble:
      markDifferentValues<double>(before, after, n, changed);
      return;
    case Physical::kNanoTimestamp:
      markDifferentValues<NanoTimestamp>(before, after, n, changed);
      return;
    case Physical::kString:
      markDifferentValues<StringView>(before, after, n, changed);
      return;
    default:
      for (size_t k = 0; k < n; ++k) {
        changed[k] |= !(Value::of(before, k) == Value::of(after, k));
      }
  }
}

}  // namespace millrace
