// Feeds arbitrary bytes to the decoder of aws-chunked: it must end without a crash, give the same
// bytes whatever the sizes of reads, and let no chunk through whose signature is wrong.
#include <cstdint>

#include "aws/signature/aws_chunked.h"
#include "base/check.h"

namespace {

using namespace millrace;

// What came, and whether it was whole.
std::pair<std::string, bool> decode(std::string_view bytes, size_t piece, bool signedChunks) {
  AwsChunkedOptions options;
  options.signedChunks = signedChunks;
  options.trailers = {"x-amz-checksum-crc32"};
  auto reader = decodeAwsChunked(bodyFromString(std::string(bytes)), std::move(options));
  std::string out;
  std::string buffer(piece, '\0');
  while (true) {
    Result<size_t> count = reader->read(buffer.data(), buffer.size());
    if (!count.ok()) return {out, false};
    if (count.value() == 0) return {out, true};
    out.append(buffer, 0, count.value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto atOnce = decode(bytes, size + 1, false);
  // A read that meets an error may keep back what came before it.
  auto [slowly, whole] = decode(bytes, 1, false);
  CHECK(atOnce.second == whole, "the sizes of reads matter");
  CHECK(slowly.substr(0, atOnce.first.size()) == atOnce.first && (!whole || slowly == atOnce.first),
        "the sizes of reads change the bytes");
  CHECK(!decode(bytes, size + 1, true).second, "a wrong signature was let through");
  return 0;
}
