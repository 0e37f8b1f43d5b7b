#include "connectors/filesystem/byte_stream.h"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <vector>

namespace millrace {

namespace {

constexpr size_t kInputBytes = 256 * 1024;

class PlainStream : public ByteStream {
 public:
  PlainStream(std::unique_ptr<RandomAccessFile> file, uint64_t offset)
      : file_(std::move(file)), offset_(offset) {}

  Result<size_t> read(char* data, size_t size) override {
    size_t got = TRY(file_->read(offset_, data, size));
    offset_ += got;
    return got;
  }

 private:
  std::unique_ptr<RandomAccessFile> file_;
  uint64_t offset_;
};

Error corrupt(const std::string& path, const char* why) {
  return Error(ErrorKind::kCorruptData, fmt::format("cannot decompress '{}': {}", path, why))
      .withHint("Check that the file is complete and that its extension is right.");
}

// gzip (several members one after the other too) and zlib.
class InflateStream : public ByteStream {
 public:
  InflateStream(std::unique_ptr<ByteStream> source, std::string path)
      : source_(std::move(source)), path_(std::move(path)), input_(kInputBytes) {
    // 32: a gzip or zlib header is detected; 15: the largest window.
    ready_ = inflateInit2(&stream_, 15 + 32) == Z_OK;
  }
  ~InflateStream() override { inflateEnd(&stream_); }

  Result<size_t> read(char* data, size_t size) override {
    if (!ready_) return corrupt(path_, "out of memory");
    stream_.next_out = reinterpret_cast<Bytef*>(data);
    stream_.avail_out = static_cast<uInt>(std::min<size_t>(size, 1U << 30));
    uInt room = stream_.avail_out;
    while (stream_.avail_out == room) {
      if (stream_.avail_in == 0) {
        size_t got = TRY(source_->read(input_.data(), input_.size()));
        if (got == 0) {
          if (!memberEnded_) return corrupt(path_, "unexpected end of file");
          break;
        }
        stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
        stream_.avail_in = static_cast<uInt>(got);
      }
      if (memberEnded_) {
        if (inflateReset(&stream_) != Z_OK) return corrupt(path_, "out of memory");
        memberEnded_ = false;
      }
      int status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_STREAM_END) {
        memberEnded_ = true;
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        return corrupt(path_, stream_.msg ? stream_.msg : "invalid data");
      }
    }
    return static_cast<size_t>(room - stream_.avail_out);
  }

 private:
  std::unique_ptr<ByteStream> source_;
  std::string path_;
  std::vector<char> input_;
  z_stream stream_{};
  bool ready_ = false;
  bool memberEnded_ = false;
};

class ZstdStream : public ByteStream {
 public:
  ZstdStream(std::unique_ptr<ByteStream> source, std::string path)
      : source_(std::move(source)),
        path_(std::move(path)),
        input_(kInputBytes),
        stream_(ZSTD_createDStream()) {}
  ~ZstdStream() override { ZSTD_freeDStream(stream_); }

  Result<size_t> read(char* data, size_t size) override {
    if (stream_ == nullptr) return corrupt(path_, "out of memory");
    ZSTD_outBuffer out{data, size, 0};
    while (out.pos == 0) {
      if (in_.pos == in_.size) {
        size_t got = TRY(source_->read(input_.data(), input_.size()));
        if (got == 0) {
          if (pending_ != 0) return corrupt(path_, "unexpected end of file");
          break;
        }
        in_ = {input_.data(), got, 0};
      }
      pending_ = ZSTD_decompressStream(stream_, &out, &in_);
      if (ZSTD_isError(pending_)) return corrupt(path_, ZSTD_getErrorName(pending_));
    }
    return out.pos;
  }

 private:
  std::unique_ptr<ByteStream> source_;
  std::string path_;
  std::vector<char> input_;
  ZSTD_DStream* stream_;  // freed by the destructor: a C library's handle
  ZSTD_inBuffer in_{nullptr, 0, 0};
  size_t pending_ = 0;  // 0 between frames
};

Status skipBytes(ByteStream& stream, uint64_t count, const std::string& path) {
  std::vector<char> scratch(kInputBytes);
  while (count > 0) {
    size_t got = TRY(stream.read(scratch.data(), std::min<uint64_t>(count, scratch.size())));
    if (got == 0) return corrupt(path, "it is shorter than what was read from it before");
    count -= got;
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<ByteStream>> openByteStream(FileSystem& files, const std::string& path,
                                                   uint64_t offset) {
  if (std::string_view extension = unsupportedCompression(path); !extension.empty()) {
    return Error(ErrorKind::kUnsupported, fmt::format("reading '{}' files", extension))
        .withHint(fmt::format("Decompress '{}', or pack it with gzip or zstd.", path));
  }
  std::unique_ptr<RandomAccessFile> file = TRY(files.openForRead(path));
  Compression compression = compressionOf(path);
  if (compression == Compression::kNone) {
    return std::unique_ptr<ByteStream>(std::make_unique<PlainStream>(std::move(file), offset));
  }
  std::unique_ptr<ByteStream> stream = std::make_unique<PlainStream>(std::move(file), 0);
  if (compression == Compression::kZstd) {
    stream = std::make_unique<ZstdStream>(std::move(stream), path);
  } else {
    stream = std::make_unique<InflateStream>(std::move(stream), path);
  }
  TRY(skipBytes(*stream, offset, path));
  return stream;
}

}  // namespace millrace
