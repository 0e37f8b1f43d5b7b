// StringView: 16 bytes that name a run of bytes. Up to 12 bytes are inline; longer ones keep their
// first 4 bytes beside a raw pointer into a buffer that the column retains.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace millrace {

class StringView {
 public:
  static constexpr uint32_t kInlineBytes = 12;

  StringView() : size_(0), prefix_{}, rest_{} {}
  // Requires: data outlives this view when size > kInlineBytes.
  StringView(const char* data, uint32_t size) : size_(size), prefix_{}, rest_{} {
    if (size <= kInlineBytes) {
      // The twelve inline bytes are contiguous: prefix_ then rest_; unused ones are zero so that
      // equality may compare words.
      if (size > 0) std::memcpy(inlineBytes(), data, size);
    } else {
      std::memcpy(prefix_, data, 4);
      std::memcpy(rest_, &data, sizeof(data));
    }
  }
  explicit StringView(std::string_view text)
      : StringView(text.data(), static_cast<uint32_t>(text.size())) {}

  uint32_t size() const { return size_; }
  bool isInline() const { return size_ <= kInlineBytes; }
  const char* data() const {
    if (isInline()) return prefix_;
    const char* pointer;
    std::memcpy(&pointer, rest_, sizeof(pointer));
    return pointer;
  }
  std::string_view view() const { return {data(), size_}; }
  operator std::string_view() const { return view(); }
  std::string str() const { return std::string(view()); }

  friend bool operator==(const StringView& a, const StringView& b) {
    uint64_t headA, headB;
    std::memcpy(&headA, &a, 8);
    std::memcpy(&headB, &b, 8);
    if (headA != headB) return false;
    if (a.isInline()) return std::memcmp(a.rest_, b.rest_, 8) == 0;
    return std::memcmp(a.data() + 4, b.data() + 4, a.size_ - 4) == 0;
  }
  // Byte order, which for UTF-8 is code point order.
  friend int compare(const StringView& a, const StringView& b) {
    return a.view().compare(b.view());
  }

 private:
  char* inlineBytes() { return prefix_; }

  uint32_t size_;
  char prefix_[4];
  char rest_[8];
};
static_assert(sizeof(StringView) == 16);

// TIMESTAMP with more than 6 fractional digits: milliseconds since 1970-01-01 and the nanoseconds
// of that millisecond (0 to 999,999).
struct NanoTimestamp {
  int64_t millis = 0;
  int32_t nanos = 0;
  int32_t unused = 0;  // zero, so that values compare as bytes
  bool operator==(const NanoTimestamp&) const = default;
  auto operator<=>(const NanoTimestamp& other) const {
    return millis != other.millis ? millis <=> other.millis : nanos <=> other.nanos;
  }
};
static_assert(sizeof(NanoTimestamp) == 16);

}  // namespace millrace
