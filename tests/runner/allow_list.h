// AllowList: tests of features that are not supported yet, and known differences (unsupported.txt).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace millrace {

class AllowList {
 public:
  // Lines "path | reason" or "path:line | reason"; empty lines and lines with # are left out. A
  // reason that begins with "differs:" allows any failure of the block.
  static Result<AllowList> read(const std::string& path);

  // What says that the block at `line` of the file may be unsupported.
  enum class Entry { kNone, kFile, kBlock, kDiffers };
  Entry find(const std::string& file, uint32_t line) const;

 private:
  // By path from the folder tests on, with or without ":line"; values are the reasons.
  std::map<std::string, std::string> reasons_;
};

}  // namespace millrace
