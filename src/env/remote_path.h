// Which files are behind a network.
#pragma once

#include <string_view>

namespace millrace {

// Whether a path has a scheme other than file:, as s3://bucket/key has. Such a file system keeps
// these promises, and has this price: every call waits for a network, so that no worker of the
// engine may make it; a file that is created appears whole when it is closed, or not at all.
inline bool isRemotePath(std::string_view path) {
  size_t scheme = path.find("://");
  return scheme != std::string_view::npos && path.find('/') == scheme + 1 &&
         !path.starts_with("file:");
}

}  // namespace millrace
