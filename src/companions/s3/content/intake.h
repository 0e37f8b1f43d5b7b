// Taking content in: from a body (or another object) into a file, with its digests, in pieces.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aws/model/api_error.h"
#include "companions/s3/content/checksums.h"
#include "companions/s3/store/data_files.h"
#include "http/body_reader.h"
#include "http/message.h"

namespace millrace::s3 {

inline constexpr uint64_t kMaxUploadBytes = uint64_t{5} << 30;

// What the headers of an upload promise about its body.
struct Promised {
  std::optional<uint64_t> size;    // decoded
  std::optional<std::string> md5;  // raw
  std::optional<GivenChecksum> checksum;
};
// From Content-MD5, Content-Length, X-Amz-Decoded-Content-Length, x-amz-checksum-*: what is
// malformed, missing (411) or too large (EntityTooLarge) is an error.
Outcome<Promised> promisedOf(const HttpHeaders& headers);

struct Received {
  // On disk, and removed again unless it is kept; nothing when there are no bytes.
  std::optional<IncomingFile> file;
  uint64_t size = 0;
  std::string md5;                                     // raw
  std::map<ChecksumAlgorithm, std::string> checksums;  // raw, those that were asked for

  std::string fileId() const { return file ? file->id() : std::string(); }
  void keep() {
    if (file) file->keep();
  }
};

// Reads to the end. Computes `algorithms` and what was promised; what is not as promised is
// BadDigest, IncompleteBody or another error that S3 has for it.
Outcome<Received> receive(DataFiles& files, BodyReader* body, const Promised& promised,
                          const std::vector<ChecksumAlgorithm>& algorithms);

}  // namespace millrace::s3
