// Writing ARRAY and MAP results row by row into the column a kernel was given.
//
//   ListOutput lists(out);
//   lists.begin(row);
//   lists.child(0).appendString("a");
//   lists.end();
//   lists.finish();      // once, behind the last row
#pragma once

#include <utility>
#include <vector>

#include "types/column_builder.h"

namespace millrace {

class ListOutput {
 public:
  explicit ListOutput(Column& out) : out_(out) {
    for (size_t i = 0; i < out.numChildren(); ++i) children_.emplace_back(out.type().child(i));
  }

  ColumnBuilder& child(size_t i) { return children_[i]; }
  void begin(uint32_t row) {
    row_ = row;
    start_ = children_[0].size();
  }
  void end() {
    size_t length = children_[0].size() - start_;
    out_.mutableRanges()[row_] = {static_cast<uint32_t>(start_), static_cast<uint32_t>(length)};
  }
  void finish() {
    for (size_t i = 0; i < children_.size(); ++i) out_.setChild(i, children_[i].finish());
  }

 private:
  Column& out_;
  std::vector<ColumnBuilder> children_;
  uint32_t row_ = 0;
  size_t start_ = 0;
};

}  // namespace millrace
