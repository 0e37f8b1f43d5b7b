// Unix sockets that carry text documents, one a line, and a Poller to wait for them. Nothing blocks
// but Poller::wait(). Only the machine has sockets, so this is no part of Env.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

// Both directions of a connection. Not thread-safe.
class LineSocket {
 public:
  virtual ~LineSocket() = default;  // closes

  // kNotFound or kIo when nobody listens at the path.
  static Result<std::unique_ptr<LineSocket>> connect(const std::string& path);

  virtual int descriptor() const = 0;
  // Adds a line to what is to be sent, and sends as much as goes. The text has no line feed.
  virtual void send(std::string_view line) = 0;
  // Whether the peer has to read before more can be sent.
  virtual bool wantsWrite() const = 0;
  virtual size_t unsentBytes() const = 0;
  // Sends and receives what can be without waiting; returns the lines that are complete.
  virtual std::vector<std::string> exchange() = 0;
  // The peer has closed, or broken the rules (a line beyond the limit).
  virtual bool closed() const = 0;
};

// A socket that others connect to. Not thread-safe.
class LineListener {
 public:
  virtual ~LineListener() = default;  // closes and removes the file

  // Replaces a socket file that a former process has left. Only this user may connect.
  static Result<std::unique_ptr<LineListener>> listen(const std::string& path);

  virtual int descriptor() const = 0;
  // Null when nobody waits.
  virtual std::unique_ptr<LineSocket> accept() = 0;
};

struct PollInterest {
  int descriptor = -1;
  bool write = false;  // also when it can be written to
};

// Waits for descriptors, for a time, or for wake(), which any thread may call.
class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  void wake();
  // Returns when one of them is ready, wake() was called, or after that many milliseconds
  // (negative: never). Whoever waits asks all of them what they have.
  void wait(const std::vector<PollInterest>& interests, int64_t timeoutMillis);

 private:
  int event_;
};

}  // namespace millrace
