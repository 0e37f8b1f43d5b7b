#include "state/string_heap.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "state/size_class.h"

namespace millrace {

namespace {

constexpr uint32_t kInlineBytes = 12;
constexpr uint64_t kFirstPageBytes = 1024;

}  // namespace

StringHeap::StringHeap() = default;
StringHeap::~StringHeap() = default;
StringHeap::StringHeap(StringHeap&&) noexcept = default;
StringHeap& StringHeap::operator=(StringHeap&&) noexcept = default;

void StringHeap::assign(StateString& target, std::string_view text) {
  free(target);
  target.size = static_cast<uint32_t>(text.size());
  if (text.size() <= kInlineBytes) {
    // The prefix and the rest are contiguous.
    if (!text.empty()) {
      std::memcpy(reinterpret_cast<char*>(&target) + sizeof(uint32_t), text.data(), text.size());
    }
    return;
  }
  std::memcpy(target.prefix, text.data(), sizeof(target.prefix));
  target.rest = allocate(target.size);
  std::memcpy(address(target.rest), text.data(), text.size());
}

void StringHeap::free(StateString& target) {
  if (target.size > kInlineBytes) release(target.rest, target.size);
  target = StateString();
}

std::string_view StringHeap::view(const StateString& string) const {
  if (string.size <= kInlineBytes) return {string.prefix, string.size};
  return {address(string.rest), string.size};
}

uint64_t StringHeap::allocate(uint32_t size) {
  constexpr uint64_t kPageBytes = uint64_t{1} << kPageBits;
  if (size > kPageBytes) {
    size_t page = pages_.size();
    if (!freeLists_.empty() && !freeLists_.back().empty()) {
      page = freeLists_.back().back();
      freeLists_.back().pop_back();
    } else {
      pages_.emplace_back();
    }
    pages_[page].reset(new char[size]);
    usedBytes_ += size;
    reservedBytes_ += size;
    return page << kPageBits;
  }
  SizeClass sizeClass = sizeClassOf(std::max<uint32_t>(size, 1));
  usedBytes_ += sizeClass.bytes;
  if (!freeLists_.empty() && !freeLists_[sizeClass.index].empty()) {
    uint64_t offset = freeLists_[sizeClass.index].back();
    freeLists_[sizeClass.index].pop_back();
    return offset;
  }
  if (end_ - next_ < sizeClass.bytes) {
    // Pages start small because many states hold little.
    uint64_t bytes = std::max<uint64_t>(
        std::min(kPageBytes, kFirstPageBytes << std::min<size_t>(pages_.size(), 8)),
        std::bit_ceil(uint64_t{sizeClass.bytes}));
    next_ = uint64_t{pages_.size()} << kPageBits;
    end_ = next_ + bytes;
    pages_.emplace_back(new char[bytes]);
    reservedBytes_ += bytes;
  }
  uint64_t offset = next_;
  next_ += sizeClass.bytes;
  return offset;
}

void StringHeap::release(uint64_t offset, uint32_t size) {
  if (freeLists_.empty()) freeLists_.resize(kNumClasses);
  if (size > uint64_t{1} << kPageBits) {
    pages_[offset >> kPageBits].reset();
    freeLists_.back().push_back(offset >> kPageBits);
    usedBytes_ -= size;
    reservedBytes_ -= size;
    return;
  }
  SizeClass sizeClass = sizeClassOf(std::max<uint32_t>(size, 1));
  usedBytes_ -= sizeClass.bytes;
  freeLists_[sizeClass.index].push_back(offset);
}

char* StringHeap::address(uint64_t offset) {
  return pages_[offset >> kPageBits].get() + (offset & ((uint64_t{1} << kPageBits) - 1));
}

const char* StringHeap::address(uint64_t offset) const {
  return pages_[offset >> kPageBits].get() + (offset & ((uint64_t{1} << kPageBits) - 1));
}

void StringHeap::clear() { *this = StringHeap(); }

}  // namespace millrace
