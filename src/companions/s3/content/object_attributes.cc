#include "companions/s3/content/object_attributes.h"

namespace millrace::s3 {

namespace {

constexpr size_t kMaxMetadataBytes = 2048;

}  // namespace

Outcome<void> checkMetadataSize(const StoredAttributes& attributes) {
  size_t size = 0;
  for (const auto& [name, value] : attributes.metadata) size += name.size() + value.size();
  if (size <= kMaxMetadataBytes) return {};
  return ApiError("MetadataTooLarge", 400,
                  "Your metadata headers exceed the maximum allowed metadata size")
      .with("Size", static_cast<int64_t>(size))
      .with("MaxSizeAllowed", static_cast<int64_t>(kMaxMetadataBytes));
}

}  // namespace millrace::s3
