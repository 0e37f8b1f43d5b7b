// WindowJoin: joins the rows of two windowed inputs that fall into the same window and have the
// same key, emitted when the watermark passes the window's end. Both inputs are append-only and
// carry window_end columns. Output as Join: left columns, then right columns (semi and anti: left
// only).
#pragma once

#include <string>
#include <vector>

#include "operators/join/join.h"

namespace millrace {

struct WindowJoinSpec {
  JoinKind kind = JoinKind::kInner;
  std::vector<Type> left;
  std::vector<Type> right;
  std::vector<uint32_t> leftKeys;  // without the window columns; may be empty
  std::vector<uint32_t> rightKeys;
  std::vector<uint8_t> nullSafe;
  uint32_t leftWindowEnd = 0;  // columns
  uint32_t rightWindowEnd = 0;
  ExprPtr condition;
  // What the columns are, for the schemas of states; may be empty (state/state_schema.h).
  std::vector<std::string> leftNames;
  std::vector<std::string> rightNames;
  bool isProctime = false;
  bool isLtz = false;  // windows were made in the session zone from TIMESTAMP_LTZ
};

Result<OperatorPtr> makeWindowJoin(const WindowJoinSpec& spec);

}  // namespace millrace
