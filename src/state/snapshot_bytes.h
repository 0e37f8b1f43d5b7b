// SnapshotBytes: the bytes of a snapshot file in memory, in parts. A large snapshot grows part by
// part, so that nothing is copied or held twice, and each part is freed as soon as it is on disk.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

class SnapshotBytes {
 public:
  struct FreePart {
    size_t capacity;  // of the part
    void operator()(char* bytes) const;
  };
  struct Part {
    std::unique_ptr<char, FreePart> bytes;
    size_t used = 0;
    size_t capacity = 0;

    std::string_view view() const { return {bytes.get(), used}; }
  };

  SnapshotBytes() = default;
  static SnapshotBytes of(std::string_view bytes);
  static Part makePart(size_t capacity);

  bool empty() const { return parts_.empty(); }
  size_t size() const;
  std::string toString() const;

  std::vector<Part>& parts() { return parts_; }
  const std::vector<Part>& parts() const { return parts_; }
  // Appends a part with room for at least that many bytes.
  Part& addPart(size_t bytes);

 private:
  std::vector<Part> parts_;
  size_t numAdded_ = 0;  // parts ever added
};

}  // namespace millrace
