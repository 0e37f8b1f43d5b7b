#include "state/string_heap.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "state/entry_pages.h"
#include "state/size_class.h"

namespace millrace {

namespace {

constexpr uint32_t kInlineBytes = 12;
constexpr uint64_t kFirstPageBytes = 1024;

// Beyond so many pages they are made 32 at a time, in large pages of the system.
constexpr size_t kManyPages = 64;
constexpr uint64_t kPagesAtOnce = 32;

// Whether a heap string of one size can be replaced by one of another size where it is.
bool takesSameRun(uint32_t before, uint32_t after) {
  if (before <= kInlineBytes || before > kLargestClass || after > kLargestClass) return false;
  return sizeClassOf(before).index == sizeClassOf(after).index;
}

}  // namespace

StringHeap::StringHeap() = default;
StringHeap::~StringHeap() = default;
StringHeap::StringHeap(StringHeap&&) noexcept = default;
StringHeap& StringHeap::operator=(StringHeap&&) noexcept = default;

void StringHeap::FreeMemory::operator()(char* memory) const { releasePages(memory); }

void StringHeap::assign(StateString& target, std::string_view text) {
  uint32_t size = static_cast<uint32_t>(text.size());
  if (size <= kInlineBytes) {
    free(target);
    target.size = size;
    // The prefix and the rest are contiguous.
    if (!text.empty()) {
      std::memcpy(reinterpret_cast<char*>(&target) + sizeof(uint32_t), text.data(), text.size());
    }
    return;
  }
  if (!takesSameRun(target.size, size)) {
    free(target);
    target.rest = allocate(size);
  }
  target.size = size;
  std::memcpy(target.prefix, text.data(), sizeof(target.prefix));
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

void StringHeap::startPage(uint32_t bytes) {
  constexpr uint64_t kPageBytes = uint64_t{1} << kPageBits;
  uint64_t size = kPageBytes;
  if (readyPage_ == readyEnd_) {
    uint64_t count = 1;
    if (pages_.size() >= kManyPages) {
      count = kPagesAtOnce;
    } else {
      // Pages start small because many states hold little.
      uint64_t usual = kFirstPageBytes << std::min<size_t>(pages_.size(), 8);
      size = std::max(std::min(kPageBytes, usual), std::bit_ceil(uint64_t{bytes}));
    }
    memory_.emplace_back(static_cast<char*>(allocatePages(count * size)));
    readyPage_ = pages_.size();
    readyEnd_ = readyPage_ + count;
    for (uint64_t i = 0; i < count; ++i) pages_.push_back(memory_.back().get() + i * size);
    reservedBytes_ += count * size;
  }
  next_ = readyPage_++ << kPageBits;
  end_ = next_ + size;
}

uint64_t StringHeap::allocate(uint32_t size) {
  if (size > kLargestClass) {
    uint64_t page = pages_.size();
    if (!freePages_.empty()) {
      page = freePages_.back();
      freePages_.pop_back();
    } else {
      pages_.emplace_back();
    }
    std::unique_ptr<char[]>& memory = largeStrings_[page];
    memory.reset(new char[size]);
    pages_[page] = memory.get();
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
  if (end_ - next_ < sizeClass.bytes) startPage(sizeClass.bytes);
  uint64_t offset = next_;
  next_ += sizeClass.bytes;
  return offset;
}

void StringHeap::release(uint64_t offset, uint32_t size) {
  if (size > kLargestClass) {
    largeStrings_.erase(offset >> kPageBits);
    freePages_.push_back(offset >> kPageBits);
    usedBytes_ -= size;
    reservedBytes_ -= size;
    return;
  }
  if (freeLists_.empty()) freeLists_.resize(kNumSizeClasses);
  SizeClass sizeClass = sizeClassOf(std::max<uint32_t>(size, 1));
  usedBytes_ -= sizeClass.bytes;
  freeLists_[sizeClass.index].push_back(offset);
}

char* StringHeap::address(uint64_t offset) {
  return pages_[offset >> kPageBits] + (offset & ((uint64_t{1} << kPageBits) - 1));
}

const char* StringHeap::address(uint64_t offset) const {
  return pages_[offset >> kPageBits] + (offset & ((uint64_t{1} << kPageBits) - 1));
}

void StringHeap::clear() { *this = StringHeap(); }

}  // namespace millrace
