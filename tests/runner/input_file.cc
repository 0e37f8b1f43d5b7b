#include "runner/input_file.h"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <cctype>
#include <filesystem>
#include <fstream>

#include "runner/test_file.h"

namespace millrace {

namespace {

std::string gzipped(const std::string& text) {
  constexpr int kGzipWindow = 15 + 16;  // the largest window, in a gzip frame
  constexpr int kMemoryLevel = 8;
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemoryLevel,
               Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstdCompressed(const std::string& text) {
  constexpr int kLevel = 3;
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), kLevel));
  return out;
}

Result<std::string> bytesOfHex(const std::string& text) {
  std::string digits;
  for (unsigned char c : text) {
    if (std::isspace(c)) continue;
    if (!std::isxdigit(c)) return Error(ErrorKind::kSyntax, "a file in hex has another character");
    digits += static_cast<char>(c);
  }
  if (digits.size() % 2 != 0) return Error(ErrorKind::kSyntax, "a file in hex has half a byte");
  std::string out;
  for (size_t i = 0; i < digits.size(); i += 2) {
    out += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return out;
}

}  // namespace

Status writeInputFile(const std::string& directory, const std::string& argument,
                      const std::string& text) {
  size_t space = argument.find(' ');
  std::string name = argument.substr(0, space);
  std::string encoding =
      space == std::string::npos ? "" : std::string(trimmed(argument.substr(space)));
  std::string bytes;
  if (encoding.empty()) {
    bytes = text;
  } else if (encoding == "gzip") {
    bytes = gzipped(text);
  } else if (encoding == "zstd") {
    bytes = zstdCompressed(text);
  } else if (encoding == "hex") {
    bytes = TRY(bytesOfHex(text));
  } else {
    return Error(ErrorKind::kSyntax, fmt::format("unknown encoding '{}' of a file", encoding));
  }
  std::filesystem::path path = std::filesystem::path(directory) / name;
  std::error_code ignored;  // the write fails instead
  std::filesystem::create_directories(path.parent_path(), ignored);
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) return Error(ErrorKind::kIo, fmt::format("cannot write '{}'", path.string()));
  return {};
}

}  // namespace millrace
