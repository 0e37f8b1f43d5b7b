#include "env/unix_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace millrace {

namespace {

constexpr size_t kLongestLine = 64u << 20;
constexpr int kBacklog = 128;

Error socketError(const char* action, const std::string& path, int code) {
  ErrorKind kind = code == ENOENT || code == ECONNREFUSED ? ErrorKind::kNotFound : ErrorKind::kIo;
  return Error(kind, fmt::format("could not {} '{}': {}", action, path, std::strerror(code)));
}

// The address of a path. Addresses are short; a long path is reached through a descriptor of its
// directory, which has to stay open while the address is used.
class SocketAddress {
 public:
  explicit SocketAddress(const std::string& path) {
    address_.sun_family = AF_UNIX;
    std::string name = path;
    size_t slash = path.rfind('/');
    if (path.size() >= sizeof(address_.sun_path) && slash != std::string::npos) {
      directory_ = ::open(path.substr(0, slash).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
      name = fmt::format("/proc/self/fd/{}{}", directory_, path.substr(slash));
    }
    size_t size = std::min(name.size(), sizeof(address_.sun_path) - 1);
    std::memcpy(address_.sun_path, name.data(), size);
  }
  ~SocketAddress() {
    if (directory_ >= 0) ::close(directory_);
  }
  SocketAddress(const SocketAddress&) = delete;
  SocketAddress& operator=(const SocketAddress&) = delete;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static socklen_t size() { return sizeof(sockaddr_un); }

 private:
  sockaddr_un address_{};
  int directory_ = -1;
};

class RealLineSocket final : public LineSocket {
 public:
  explicit RealLineSocket(int descriptor) : descriptor_(descriptor) {}
  ~RealLineSocket() override { ::close(descriptor_); }

  int descriptor() const override { return descriptor_; }

  void send(std::string_view line) override {
    if (closed_) return;
    unsent_.append(line);
    unsent_ += '\n';
    flush();
  }

  bool wantsWrite() const override { return !closed_ && sent_ < unsent_.size(); }
  size_t unsentBytes() const override { return unsent_.size() - sent_; }
  bool closed() const override { return closed_; }

  std::vector<std::string> exchange() override {
    flush();
    receive();
    std::vector<std::string> lines;
    size_t begin = 0;
    // What was looked at before has no line feed.
    for (size_t end = received_.find('\n', searched_); end != std::string::npos;
         end = received_.find('\n', begin)) {
      lines.push_back(received_.substr(begin, end - begin));
      begin = end + 1;
    }
    received_.erase(0, begin);
    searched_ = received_.size();
    if (received_.size() > kLongestLine) closed_ = true;
    return lines;
  }

 private:
  void flush() {
    while (wantsWrite()) {
      ssize_t count = ::send(descriptor_, unsent_.data() + sent_, unsent_.size() - sent_,
                             MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count < 0) {
        if (errno == EINTR) continue;
        // What the peer sent before it went is still to be read: that says when it is over.
        if (errno != EAGAIN && errno != EWOULDBLOCK) sent_ = unsent_.size();
        break;
      }
      sent_ += static_cast<size_t>(count);
    }
    if (sent_ < unsent_.size()) return;
    unsent_.clear();
    sent_ = 0;
  }

  void receive() {
    char buffer[64 * 1024];
    while (!closed_ && received_.size() <= kLongestLine) {
      ssize_t count = ::recv(descriptor_, buffer, sizeof(buffer), MSG_DONTWAIT);
      if (count > 0) {
        received_.append(buffer, static_cast<size_t>(count));
        continue;
      }
      if (count < 0 && errno == EINTR) continue;
      if (count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) closed_ = true;
      return;
    }
  }

  int descriptor_;
  std::string unsent_;
  size_t sent_ = 0;  // of unsent_
  std::string received_;
  size_t searched_ = 0;  // of received_
  bool closed_ = false;
};

class RealLineListener final : public LineListener {
 public:
  RealLineListener(int descriptor, std::string path)
      : descriptor_(descriptor), path_(std::move(path)) {}
  ~RealLineListener() override {
    ::close(descriptor_);
    ::unlink(path_.c_str());
  }

  int descriptor() const override { return descriptor_; }

  std::unique_ptr<LineSocket> accept() override {
    int accepted = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    return accepted < 0 ? nullptr : std::make_unique<RealLineSocket>(accepted);
  }

 private:
  int descriptor_;
  std::string path_;
};

int newSocket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

}  // namespace

Result<std::unique_ptr<LineSocket>> LineSocket::connect(const std::string& path) {
  int descriptor = newSocket();
  if (descriptor < 0) return socketError("connect to", path, errno);
  auto socket = std::make_unique<RealLineSocket>(descriptor);
  SocketAddress address(path);
  if (::connect(descriptor, address.get(), SocketAddress::size()) != 0) {
    return socketError("connect to", path, errno);
  }
  return std::unique_ptr<LineSocket>(std::move(socket));
}

Result<std::unique_ptr<LineListener>> LineListener::listen(const std::string& path) {
  int descriptor = newSocket();
  if (descriptor < 0) return socketError("listen at", path, errno);
  auto listener = std::make_unique<RealLineListener>(descriptor, path);
  ::unlink(path.c_str());
  SocketAddress address(path);
  // Nobody can connect before listen(), so the mode is set in time.
  if (::bind(descriptor, address.get(), SocketAddress::size()) != 0 ||
      ::chmod(path.c_str(), 0600) != 0 || ::listen(descriptor, kBacklog) != 0) {
    return socketError("listen at", path, errno);
  }
  return std::unique_ptr<LineListener>(std::move(listener));
}

Poller::Poller() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { CHECK(event_ >= 0); }

Poller::~Poller() { ::close(event_); }

void Poller::wake() {
  uint64_t one = 1;
  (void)!::write(event_, &one, sizeof(one));
}

void Poller::wait(const std::vector<PollInterest>& interests, int64_t timeoutMillis) {
  constexpr int64_t kLongest = 3'600'000;
  std::vector<pollfd> descriptors = {{event_, POLLIN, 0}};
  for (const PollInterest& interest : interests) {
    short events = POLLIN;
    if (interest.write) events |= POLLOUT;
    descriptors.push_back({interest.descriptor, events, 0});
  }
  int timeout = timeoutMillis < 0 ? -1 : static_cast<int>(std::min(timeoutMillis, kLongest));
  (void)::poll(descriptors.data(), descriptors.size(), timeout);
  uint64_t count = 0;
  (void)!::read(event_, &count, sizeof(count));
}

}  // namespace millrace
