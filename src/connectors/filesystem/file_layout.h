// What lies below a table's path: data files, hidden files, partition directories.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "env/file_system.h"

namespace millrace {

// The part behind the last slash.
std::string_view fileName(std::string_view path);
// Names that start with '.' or '_' are hidden: files in progress, success files.
bool isHiddenName(std::string_view name);
// '*' and '?' match within a path's part, '[abc]' one character, '{a,b}' alternatives.
bool hasGlob(std::string_view path);
bool matchesGlob(std::string_view pattern, std::string_view path);

// How a file's bytes are packed, by its extension.
enum class Compression : uint8_t { kNone, kGzip, kZstd, kDeflate };
Compression compressionOf(std::string_view path);
// What Flink decompresses and we do not: ".bz2", ".xz"; empty otherwise.
std::string_view unsupportedCompression(std::string_view path);

// All data files at or below the path (a file, a directory read recursively, or a pattern),
// sorted by path. `regex` (as Java's) filters by the whole path when not empty. An error when there
// is nothing at the path.
Result<std::vector<FileInfo>> listDataFiles(FileSystem& files, const std::string& path,
                                            const std::string& regex);

// key=value of each directory between the table's path and the file; values are unescaped.
std::vector<std::pair<std::string, std::string>> partitionValues(std::string_view root,
                                                                 std::string_view file);
// A partition value as it may stand in a path: special characters become %XX.
std::string escapePathName(std::string_view value);
std::string unescapePathName(std::string_view name);

}  // namespace millrace
