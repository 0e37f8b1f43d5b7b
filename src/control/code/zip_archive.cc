#include "control/code/zip_archive.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

namespace millrace {

namespace {

constexpr uint32_t kLocalHeader = 0x04034b50;
constexpr uint32_t kDirectoryEntry = 0x02014b50;
constexpr uint32_t kDirectoryEnd = 0x06054b50;
constexpr uint32_t kDirectoryEnd64 = 0x06064b50;
constexpr uint32_t kLocator64 = 0x07064b50;
constexpr size_t kDirectoryEndSize = 22;
constexpr size_t kLocatorSize = 20;
constexpr size_t kMaxComment = 65535;
constexpr uint32_t kIn64 = 0xFFFFFFFF;  // the value is in the extra field
constexpr uint16_t kExtra64 = 1;
constexpr uint16_t kStored = 0;
constexpr uint16_t kDeflated = 8;

Error corrupt(std::string_view what) {
  return Error(ErrorKind::kCorruptData, fmt::format("the code is no valid zip file: {}", what))
      .withHint("Pack it again and upload it.");
}

// Little-endian numbers, one after the other; what is outside of the bytes is 0 and not ok().
class Cursor {
 public:
  Cursor(std::string_view bytes, uint64_t at) : bytes_(bytes), at_(at) {}

  uint64_t take(int size) {
    if (at_ > bytes_.size() || bytes_.size() - at_ < static_cast<size_t>(size)) {
      ok_ = false;
      return 0;
    }
    uint64_t value = 0;
    for (int i = 0; i < size; ++i) {
      value |= uint64_t{static_cast<unsigned char>(bytes_[at_ + i])} << (8 * i);
    }
    at_ += size;
    return value;
  }
  uint16_t two() { return static_cast<uint16_t>(take(2)); }
  uint32_t four() { return static_cast<uint32_t>(take(4)); }
  uint64_t eight() { return take(8); }
  void skip(uint64_t size) { static_cast<void>(text(size)); }
  std::string_view text(uint64_t size) {
    if (at_ > bytes_.size() || bytes_.size() - at_ < size) {
      ok_ = false;
      return {};
    }
    std::string_view found = bytes_.substr(at_, size);
    at_ += size;
    return found;
  }
  bool ok() const { return ok_; }

 private:
  std::string_view bytes_;
  uint64_t at_;
  bool ok_ = true;
};

struct DirectoryPlace {
  uint64_t offset = 0;
  uint64_t numEntries = 0;
};

Result<DirectoryPlace> findDirectory(std::string_view bytes) {
  if (bytes.size() < kDirectoryEndSize) return corrupt("it is too short");
  size_t last = bytes.size() - kDirectoryEndSize;
  size_t first = last > kMaxComment ? last - kMaxComment : 0;
  for (size_t at = last + 1; at-- > first;) {
    Cursor end(bytes, at);
    if (end.four() != kDirectoryEnd) continue;
    end.skip(6);
    DirectoryPlace place;
    place.numEntries = end.two();
    end.skip(4);
    place.offset = end.four();
    if (place.offset != kIn64 && place.numEntries != 0xFFFF) return place;
    if (at < kLocatorSize) return corrupt("its 64-bit directory is missing");
    Cursor locator(bytes, at - kLocatorSize);
    if (locator.four() != kLocator64) return corrupt("its 64-bit directory is missing");
    locator.skip(4);
    Cursor end64(bytes, locator.eight());
    if (end64.four() != kDirectoryEnd64) return corrupt("its 64-bit directory is missing");
    end64.skip(28);
    place.numEntries = end64.eight();
    end64.skip(8);
    place.offset = end64.eight();
    if (!end64.ok()) return corrupt("its 64-bit directory is cut off");
    return place;
  }
  return corrupt("it has no directory");
}

// Sizes and offsets that do not fit into 32 bits.
void readExtra64(std::string_view extra, ZipEntry& entry) {
  Cursor cursor(extra, 0);
  while (cursor.ok()) {
    uint16_t id = cursor.two();
    uint16_t size = cursor.two();
    if (!cursor.ok()) return;
    std::string_view field = cursor.text(size);
    if (id != kExtra64) continue;
    Cursor values(field, 0);
    if (entry.size == kIn64) entry.size = values.eight();
    if (entry.packedSize == kIn64) entry.packedSize = values.eight();
    if (entry.offset == kIn64) entry.offset = values.eight();
    return;
  }
}

Result<std::string> inflateRaw(std::string_view packed, uint64_t size) {
  std::string out(size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return corrupt("it cannot be unpacked");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  int result = inflate(&stream, Z_FINISH);
  bool complete = result == Z_STREAM_END && stream.avail_out == 0;
  inflateEnd(&stream);
  if (!complete) return corrupt("a file in it cannot be unpacked");
  return out;
}

}  // namespace

Result<ZipArchive> ZipArchive::open(std::string_view bytes) {
  ZipArchive archive(bytes);
  TRY(archive.readDirectory());
  return archive;
}

Status ZipArchive::readDirectory() {
  DirectoryPlace place = TRY(findDirectory(bytes_));
  Cursor cursor(bytes_, place.offset);
  for (uint64_t i = 0; i < place.numEntries; ++i) {
    if (cursor.four() != kDirectoryEntry) return corrupt("its directory is damaged");
    cursor.skip(6);
    ZipEntry entry;
    entry.method = cursor.two();
    cursor.skip(4);
    entry.checksum = cursor.four();
    entry.packedSize = cursor.four();
    entry.size = cursor.four();
    uint16_t nameSize = cursor.two();
    uint16_t extraSize = cursor.two();
    uint16_t commentSize = cursor.two();
    cursor.skip(8);
    entry.offset = cursor.four();
    entry.name = cursor.text(nameSize);
    readExtra64(cursor.text(extraSize), entry);
    cursor.skip(commentSize);
    if (!cursor.ok()) return corrupt("its directory is cut off");
    if (!entry.name.empty() && entry.name.back() != '/') entries_.push_back(std::move(entry));
  }
  return {};
}

Result<std::string> ZipArchive::read(const ZipEntry& entry, uint64_t limit) const {
  if (entry.size > limit) {
    return Error(ErrorKind::kInvalidArgument,
                 fmt::format("'{}' has {} bytes, the limit is {}", entry.name, entry.size, limit));
  }
  Cursor local(bytes_, entry.offset);
  if (local.four() != kLocalHeader) return corrupt("an entry is not where it should be");
  local.skip(22);
  uint16_t nameSize = local.two();
  uint16_t extraSize = local.two();
  local.skip(uint64_t{nameSize} + extraSize);
  std::string_view packed = local.text(entry.packedSize);
  if (!local.ok() || packed.size() > std::numeric_limits<uInt>::max()) {
    return corrupt("an entry is cut off");
  }
  std::string content;
  if (entry.method == kStored && entry.size == entry.packedSize) {
    content = packed;
  } else if (entry.method == kDeflated) {
    content = TRY(inflateRaw(packed, entry.size));
  } else {
    return corrupt(fmt::format("'{}' is packed in an unknown way ({})", entry.name, entry.method));
  }
  uint32_t checksum = static_cast<uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
  if (checksum != entry.checksum) {
    return corrupt(fmt::format("'{}' has a wrong checksum", entry.name));
  }
  return content;
}

}  // namespace millrace
