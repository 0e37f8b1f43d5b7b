// Owned<T>: a pointer that owns one syntax tree node and copies it deeply, so that every Parsed...
// struct has a correct copy constructor without code of its own.
//
//   Owned<ParsedExpression> filter = std::make_unique<ParsedCall>(...);
//   Owned<ParsedExpression> copy = filter;   // an independent tree
//
// A type that is incomplete where Owned<T> is a member provides its own deleteNode and cloneNode
// overloads (see ParsedQuery in sql/ast/expression.h). Not thread safe.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "base/check.h"

namespace millrace {

template <typename T>
void deleteNode(T* node) {
  delete node;
}

template <typename T>
T* cloneNode(const T& node) {
  return node.clone().release();
}

template <typename T>
class Owned {
 public:
  Owned() = default;
  Owned(std::nullptr_t) {}
  template <typename U>
  Owned(std::unique_ptr<U> node) : node_(node.release()) {}
  Owned(const Owned& other) : node_(other.node_ ? cloneNode(*other.node_) : nullptr) {}
  Owned(Owned&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  Owned& operator=(Owned other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~Owned() {
    if (node_) deleteNode(node_);
  }

  explicit operator bool() const { return node_ != nullptr; }
  bool operator==(std::nullptr_t) const { return node_ == nullptr; }
  T* get() const { return node_; }
  T& operator*() const {
    DCHECK(node_ != nullptr);
    return *node_;
  }
  T* operator->() const {
    DCHECK(node_ != nullptr);
    return node_;
  }
  std::unique_ptr<T> release() { return std::unique_ptr<T>(std::exchange(node_, nullptr)); }

 private:
  T* node_ = nullptr;
};

}  // namespace millrace
