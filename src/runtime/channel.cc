#include "runtime/channel.h"

#include <algorithm>

namespace millrace {

Channel::Channel(uint32_t capacity, bool alignsBarriers)
    : capacity_(std::max(1u, capacity)),
      alignsBarriers_(alignsBarriers),
      slots_(std::make_unique<Element[]>(capacity_ + 1)) {}

void Channel::connect(Schedulable& producer, Schedulable& consumer) {
  producer_ = &producer;
  consumer_ = &consumer;
}

bool Channel::tryPush(Element& element) {
  uint32_t tail = tail_.load(std::memory_order_relaxed);
  uint32_t next = after(tail);
  if (next == knownHead_) {
    knownHead_ = head_.load(std::memory_order_acquire);
    if (next == knownHead_) return false;
  }
  slots_[tail] = std::move(element);
  tail_.store(next, std::memory_order_release);
  consumer_->notify();
  return true;
}

bool Channel::waitForRoom() {
  producerWaits_.store(true, std::memory_order_seq_cst);
  // Announced before the look: a consumer that makes room after it sees the announcement.
  knownHead_ = head_.load(std::memory_order_seq_cst);
  if (sizeOf(knownHead_, tail_.load(std::memory_order_relaxed)) > capacity_ / 2) return false;
  producerWaits_.store(false, std::memory_order_relaxed);
  return true;
}

Element* Channel::front() {
  uint32_t head = head_.load(std::memory_order_relaxed);
  if (head == knownTail_) {
    knownTail_ = tail_.load(std::memory_order_acquire);
    if (head == knownTail_) return nullptr;
  }
  return &slots_[head];
}

void Channel::pop() {
  uint32_t head = head_.load(std::memory_order_relaxed);
  slots_[head] = Element();
  head = after(head);
  head_.store(head, std::memory_order_seq_cst);
  if (!producerWaits_.load(std::memory_order_seq_cst)) return;
  knownTail_ = tail_.load(std::memory_order_acquire);
  if (sizeOf(head, knownTail_) > capacity_ / 2) return;
  producerWaits_.store(false, std::memory_order_relaxed);
  producer_->notify();
}

}  // namespace millrace
