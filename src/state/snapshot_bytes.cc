#include "state/snapshot_bytes.h"

#include <algorithm>
#include <cstring>

#include "state/part_pool.h"

namespace millrace {

namespace {

constexpr size_t kFirstPart = size_t{16} << 10;
constexpr size_t kLargestPart = size_t{1} << 20;

}  // namespace

void SnapshotBytes::FreePart::operator()(char* bytes) const {
  PartPool::instance().free(bytes, capacity);
}

SnapshotBytes SnapshotBytes::of(std::string_view bytes) {
  SnapshotBytes made;
  if (bytes.empty()) return made;
  Part& part = made.addPart(bytes.size());
  std::memcpy(part.bytes.get(), bytes.data(), bytes.size());
  part.used = bytes.size();
  return made;
}

size_t SnapshotBytes::size() const {
  size_t bytes = 0;
  for (const Part& part : parts_) bytes += part.used;
  return bytes;
}

std::string SnapshotBytes::toString() const {
  std::string text;
  text.reserve(size());
  for (const Part& part : parts_) text += part.view();
  return text;
}

SnapshotBytes::Part SnapshotBytes::makePart(size_t capacity) {
  Part part;
  part.capacity = PartPool::partBytes(capacity);
  part.bytes = {PartPool::instance().allocate(capacity), FreePart{part.capacity}};
  return part;
}

SnapshotBytes::Part& SnapshotBytes::addPart(size_t bytes) {
  size_t usual = std::min(kLargestPart, kFirstPart << std::min<size_t>(numAdded_++ * 2, 16));
  parts_.push_back(makePart(std::max(bytes, usual)));
  return parts_.back();
}

}  // namespace millrace
