#include "state/part_pool.h"

#include <sys/mman.h>

#include "base/check.h"
#include "state/entry_pages.h"

namespace millrace {

namespace {

// Smaller parts are ordinary memory; the sizes of larger ones are multiples of this.
constexpr size_t kUnit = size_t{16} << 10;
constexpr size_t kPooledBytes = size_t{64} << 10;
// What is kept for further use, besides what is in use.
constexpr size_t kMostSpare = size_t{128} << 20;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kPools = false;  // it could not see who leaves his part
#else
constexpr bool kPools = true;
#endif

bool isPooled(size_t bytes) { return kPools && bytes >= kPooledBytes; }

}  // namespace

PartPool& PartPool::instance() {
  static auto* pool = new PartPool;  // outlives every thread
  return *pool;
}

size_t PartPool::partBytes(size_t bytes) {
  return isPooled(bytes) ? (bytes + kUnit - 1) / kUnit * kUnit : bytes;
}

char* PartPool::allocate(size_t bytes) {
  if (!isPooled(bytes)) return static_cast<char*>(allocatePages(bytes));
  size_t size = partBytes(bytes);
  {
    std::scoped_lock lock(mutex_);
    std::vector<char*>& spare = spare_[size];
    if (!spare.empty()) {
      char* part = spare.back();
      spare.pop_back();
      spareBytes_ -= size;
      return part;
    }
  }
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED, "out of memory");
  return static_cast<char*>(memory);
}

void PartPool::free(char* part, size_t bytes) {
  if (!isPooled(bytes)) return releasePages(part);
  size_t size = partBytes(bytes);
  {
    std::scoped_lock lock(mutex_);
    if (spareBytes_ + size <= kMostSpare) {
      spare_[size].push_back(part);
      spareBytes_ += size;
      return;
    }
  }
  ::munmap(part, size);
}

void PartPool::trim() {
  std::map<size_t, std::vector<char*>> spare;
  {
    std::scoped_lock lock(mutex_);
    spare.swap(spare_);
    spareBytes_ = 0;
  }
  for (const auto& [size, parts] : spare) {
    for (char* part : parts) ::munmap(part, size);
  }
}

}  // namespace millrace
