#include "state/row_pages.h"

#include <algorithm>
#include <cstring>

#include "state/entry_pages.h"

namespace millrace {

namespace {

constexpr size_t kFirstPageBytes = 1024;

// Beyond some megabytes large pages save most of the page faults.
constexpr size_t kManyPages = 64;
constexpr size_t kLargePageBytes = size_t{8} << 20;

size_t nextPageBytes(size_t pages) {
  if (pages >= kManyPages) return kLargePageBytes;
  return std::min<size_t>(kLargestClass, kFirstPageBytes << std::min<size_t>(pages, 8));
}

}  // namespace

void RowPages::ReleasePage::operator()(char* page) const { releasePages(page); }

char* RowPages::allocate(size_t bytes) {
  if (bytes > kLargestClass) {
    reservedBytes_ += bytes;
    char* row = new char[bytes];
    largeRows_.push_back(row);
    return row;
  }
  SizeClass sizeClass = sizeClassOf(static_cast<uint32_t>(bytes));
  char*& free = freeLists_[sizeClass.index];
  if (free != nullptr) {
    char* row = free;
    std::memcpy(&free, row, sizeof(free));
    return row;
  }
  if (static_cast<size_t>(end_ - next_) < sizeClass.bytes) {
    size_t page = std::max<size_t>(nextPageBytes(pages_.size()), sizeClass.bytes);
    pages_.emplace_back(static_cast<char*>(allocatePages(page)));
    next_ = pages_.back().get();
    end_ = next_ + page;
    reservedBytes_ += page;
  }
  char* row = next_;
  next_ += sizeClass.bytes;
  return row;
}

void RowPages::release(char* row, size_t bytes) {
  if (bytes > kLargestClass) {
    reservedBytes_ -= bytes;
    auto found = std::find(largeRows_.begin(), largeRows_.end(), row);
    *found = largeRows_.back();
    largeRows_.pop_back();
    delete[] row;
    return;
  }
  char*& free = freeLists_[sizeClassOf(static_cast<uint32_t>(bytes)).index];
  std::memcpy(row, &free, sizeof(free));
  free = row;
}

void RowPages::clear() {
  for (char* row : largeRows_) delete[] row;
  largeRows_.clear();
  pages_.clear();
  std::fill(std::begin(freeLists_), std::end(freeLists_), nullptr);
  next_ = end_ = nullptr;
  reservedBytes_ = 0;
}

}  // namespace millrace
