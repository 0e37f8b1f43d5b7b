// CodeSource: objects of S3 as the control plane reads them, with an application's role. The server
// implements it over the S3 companion or a real endpoint.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "control/model/application_role.h"

namespace millrace {

struct CodeObject {
  std::string bucket;
  std::string key;
  std::string version;  // empty = the newest
};

// Thread-safe; may block.
class CodeSource {
 public:
  virtual ~CodeSource() = default;
  // kNotFound, kPermission (the role may not read it), kIo.
  virtual Result<uint64_t> size(const CodeObject& object, const ApplicationRole& role) = 0;
  // More than `limit` bytes are an error (kInvalidArgument).
  virtual Result<std::string> read(const CodeObject& object, const ApplicationRole& role,
                                   uint64_t limit) = 0;
};

}  // namespace millrace
