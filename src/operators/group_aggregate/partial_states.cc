#include "operators/group_aggregate/partial_states.h"

#include <cstring>

namespace millrace {

namespace {

constexpr uint32_t kInlineBytes = 12;

StateString stringAt(const std::byte* state, uint32_t offset) {
  StateString string;
  std::memcpy(&string, state + offset, sizeof(string));
  return string;
}

}  // namespace

ColumnPtr PartialStates::encode(const std::byte* const* states, size_t n,
                                const StringHeap& heap) const {
  MutableColumnPtr column = Column::make(Type::bytes().withNullable(false), n);
  StringView* views = column->mutableValues<StringView>();
  for (size_t k = 0; k < n; ++k) {
    size_t size = bytes_;
    for (uint32_t offset : strings_) {
      StateString string = stringAt(states[k], offset);
      if (string.size > kInlineBytes) size += string.size;
    }
    char* room = column->allocateString(size);
    std::memcpy(room, states[k], bytes_);
    char* next = room + bytes_;
    for (uint32_t offset : strings_) {
      StateString string = stringAt(states[k], offset);
      if (string.size <= kInlineBytes) continue;
      std::memcpy(next, heap.view(string).data(), string.size);
      next += string.size;
    }
    views[k] = StringView(room, static_cast<uint32_t>(size));
  }
  return column;
}

const std::vector<const std::byte*>& PartialStates::decode(const Column& column, const Rows& rows) {
  size_t n = rows.count();
  size_t words = bytes_ / 8;
  if (!strings_.empty()) heap_.clear();
  block_.resize(n * words + 1);
  states_.resize(n);
  ColumnValues<StringView> values(column);
  for (uint32_t k = 0; k < n; ++k) {
    StringView bytes = values[rows[k]];
    std::byte* state = reinterpret_cast<std::byte*>(block_.data() + k * words);
    std::memcpy(state, bytes.data(), bytes_);
    const char* next = bytes.data() + bytes_;
    for (uint32_t offset : strings_) {
      StateString string = stringAt(state, offset);
      if (string.size <= kInlineBytes) continue;
      StateString copy;
      heap_.assign(copy, {next, string.size});
      std::memcpy(state + offset, &copy, sizeof(copy));
      next += string.size;
    }
    states_[k] = state;
  }
  return states_;
}

}  // namespace millrace
