// What every node of the syntax tree has: its place in the SQL text.
//
// The trees are plain data: the parser fills them, everyone else reads. A tree has one owner and
// may be read from many threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"

namespace millrace {

struct ParsedNode {
  // The first character of the node, counted from the start of the script.
  SourcePosition position;
  // The node's text: bytes [begin, end) of the statement text given to the parser. Both are 0 in a
  // node that was not parsed.
  uint32_t begin = 0;
  uint32_t end = 0;
  // Levels of nodes from here down, 1 for a leaf. The parser refuses trees higher than
  // kMaxTreeHeight, so that recursion over a tree is safe.
  uint32_t height = 1;
};

inline constexpr uint32_t kMaxTreeHeight = 1000;

// A possibly qualified name such as catalog.database.table. `parts` hold the names themselves, with
// neither back-ticks nor doubled back-ticks.
struct ParsedName : ParsedNode {
  std::vector<std::string> parts;

  bool empty() const { return parts.empty(); }
  // The unqualified name. Requires: !empty().
  const std::string& last() const { return parts.back(); }
  // "a.b" as it is, for messages.
  std::string toString() const;
};

// A single name with its place, such as a column in a list.
struct ParsedIdentifier {
  SourcePosition position;
  std::string name;
};

// 'key' = 'value' of a WITH clause, of SET and of hints.
struct ParsedOption {
  SourcePosition position;
  SourcePosition valuePosition;
  std::string key;
  std::string value;
};

}  // namespace millrace
