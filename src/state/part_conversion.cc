#include "state/part_conversion.h"

#include <algorithm>
#include <cstring>

#include "state/column_match.h"
#include "types/type_text.h"

namespace millrace {

namespace {

constexpr std::string_view kFloatSum = "sum FLOAT, count BIGINT";
constexpr std::string_view kDoubleSum = "sum DOUBLE, count BIGINT";

bool isFloatSum(const ValuePart& stored, const ValuePart& wanted) {
  return stored.type == kFloatSum && wanted.type == kDoubleSum;
}

// MIN, MAX, FIRST_VALUE and LAST_VALUE: the value, then eight bytes that say whether there is one.
bool isChoice(const ValuePart& part) {
  return part.type.starts_with("value ") && part.type.ends_with(" bytes, present BIGINT");
}

template <typename T>
T load(const std::byte* address) {
  T value;
  std::memcpy(&value, address, sizeof(value));
  return value;
}

template <typename T>
void store(std::byte* address, T value) {
  std::memcpy(address, &value, sizeof(value));
}

int128 loadInteger(const std::byte* address, size_t width) {
  switch (width) {
    case 1:
      return load<int8_t>(address);
    case 2:
      return load<int16_t>(address);
    case 4:
      return load<int32_t>(address);
    default:
      return load<int64_t>(address);
  }
}

// A choice of a wider number. Decimals of up to 18 digits have 8 bytes, longer ones 16, the lower
// half first.
void widenChoice(const Type& from, const Type& to, const std::byte* stored, std::byte* target) {
  size_t width = physicalWidth(from.physical());
  size_t wanted = physicalWidth(to.physical());
  if (from.isApproximate()) {
    store(target, static_cast<double>(load<float>(stored)));
  } else {
    int128 value = loadInteger(stored, width);
    std::memcpy(target, &value, wanted);
  }
  size_t present = std::max<size_t>(width, 8);
  std::memcpy(target + std::max<size_t>(wanted, 8), stored + present, 8);
}

}  // namespace

bool aggregateWidens(const ValuePart& stored, const ValuePart& wanted) {
  if (!widens(stored.result[0], wanted.result[0])) return false;
  if (stored.type == wanted.type) return stored.bytes == wanted.bytes;
  if (isFloatSum(stored, wanted)) return true;
  return isChoice(stored) && isChoice(wanted) && stored.result[0].isNumeric();
}

Result<PartConversion> PartConversion::make(const std::vector<ValuePart>& stored,
                                            const std::vector<ValuePart>& wanted,
                                            const std::vector<int>& from) {
  std::vector<uint32_t> offsets;
  uint32_t next = 0;
  for (const ValuePart& part : stored) {
    offsets.push_back(next);
    next += part.bytes;
  }
  PartConversion made;
  uint32_t to = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const ValuePart& part = wanted[i];
    if (from[i] >= 0) {
      const ValuePart& old = stored[static_cast<size_t>(from[i])];
      Step step{.from = offsets[static_cast<size_t>(from[i])],
                .to = to,
                .stored = old,
                .wanted = part,
                .same = old.bytes == part.bytes,
                .row = nullptr};
      if (part.isAggregate()) step.same = old.type == part.type;
      if (!part.row.empty()) {
        std::vector<uint32_t> columns =
            ColumnMatch(old.row, old.rowNames, part.row, part.rowNames).from();
        step.row = std::make_shared<RowConversion>(
            TRY(RowConversion::make(old.row, part.row, std::move(columns))));
      }
      made.steps_.push_back(std::move(step));
    }
    to += part.bytes;
  }
  return made;
}

Status PartConversion::copy(const std::byte* stored, const StringHeap& storedHeap,
                            std::byte* target, StringHeap& heap) {
  for (Step& step : steps_) {
    const std::byte* from = stored + step.from;
    std::byte* to = target + step.to;
    if (!step.same) {
      if (isFloatSum(step.stored, step.wanted)) {
        store(to, static_cast<double>(load<float>(from)));
        std::memcpy(to + 8, from + 8, 8);
      } else {
        widenChoice(step.stored.result[0], step.wanted.result[0], from, to);
      }
      continue;
    }
    std::memcpy(to, from, step.wanted.bytes);
    for (uint32_t offset : step.wanted.strings) {
      std::string_view text = storedHeap.view(load<StateString>(from + offset));
      if (step.row && !text.empty()) {
        const char* row = text.data();
        TRY(step.row->apply(&row, 1));
        text = step.row->row(0);
      }
      // The copied bytes name a place in the old heap.
      StateString string;
      heap.assign(string, text);
      store(to + offset, string);
    }
  }
  return {};
}

}  // namespace millrace
