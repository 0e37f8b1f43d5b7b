#include "server/http_server.h"

#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <set>

#include "aws/model/timestamp.h"
#include "server/network.h"
#include "server/request_threads.h"
#include "server/session.h"

namespace millrace {

namespace {

constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr size_t kPeek = 512;

// A connection of which the first bytes are awaited: they say which version of HTTP it speaks.
class Opening final : public std::enable_shared_from_this<Opening> {
 public:
  using Begin = std::function<void(bool http2, std::string initial)>;
  Opening(std::shared_ptr<Transport> transport, Begin begin)
      : transport_(std::move(transport)), begin_(std::move(begin)) {}

  void read() {
    incoming_.resize(kPeek);
    transport_->read(incoming_.data(), incoming_.size(),
                     [self = shared_from_this()](bool ok, size_t count) {
                       if (!ok) return;
                       self->seen_.append(self->incoming_, 0, count);
                       self->decide();
                     });
  }

  void close() { transport_->close(); }

 private:
  void decide() {
    std::string_view seen = std::string_view(seen_).substr(0, kHttp2Preface.size());
    bool mayBe = kHttp2Preface.starts_with(seen);
    if (mayBe && seen.size() < kHttp2Preface.size()) return read();
    begin_(mayBe, std::move(seen_));
  }

  std::shared_ptr<Transport> transport_;
  Begin begin_;
  std::string incoming_;
  std::string seen_;
};

class NetworkHttpServer final : public HttpServer {
 public:
  NetworkHttpServer(HttpHandler& handler, Env& env, HttpServerOptions options)
      : options_(std::move(options)),
        env_(env),
        workers_(makeRequestThreads(options_.workerThreads, options_.maxWorkerThreads)),
        context_{handler,
                 options_,
                 *workers_,
                 [this](std::function<void()> work) { network_->post(std::move(work)); },
                 [this] { return env_.clock().monotonicNanos() / 1'000'000; },
                 [this] { return formatRfc822(Timestamp{env_.clock().nowMillis()}); },
                 [this] { ++requests_; }} {}

  ~NetworkHttpServer() override { stop(0); }

  Status open() {
    NetworkOptions network;
    network.host = options_.host;
    network.port = options_.port;
    network.certificate = options_.certificate;
    network.privateKey = options_.privateKey;
    network.handshakeTimeoutMillis = options_.headTimeoutMillis;
    network.maxConnections = options_.maxConnections;
    // The first connection may come before start() returns.
    std::lock_guard lock(startMutex_);
    network_ = TRY(Network::start(
        std::move(network),
        {[this](std::shared_ptr<Transport> transport) { arrived(std::move(transport)); },
         [this] { tick(); }}));
    return {};
  }

  uint16_t port() const override { return network_->port(); }

  HttpServerStatistics statistics() const override {
    return {network_->numConnections(), network_->numAccepted(), requests_, workers_->numThreads()};
  }

  void stop(int64_t graceMillis) override {
    if (!network_ || stopped_.exchange(true)) return;
    network_->stopAccepting();
    std::promise<void> drained;
    network_->post([&] {
      onDrained_ = [&drained] { drained.set_value(); };
      draining_ = true;
      for (const auto& session : std::set(sessions_)) session->drain();
      forgetClosed();
    });
    std::future<void> done = drained.get_future();
    done.wait_for(std::chrono::milliseconds(graceMillis));
    std::promise<void> aborted;
    network_->post([&] {
      onDrained_ = nullptr;
      for (const auto& session : std::set(sessions_)) session->abort();
      aborted.set_value();
    });
    aborted.get_future().wait();
    network_->stop();
    workers_->stop();
    sessions_.clear();
  }

 private:
  void arrived(std::shared_ptr<Transport> transport) {
    { std::lock_guard started(startMutex_); }
    if (transport->negotiatedHttp2()) return begin(std::move(transport), true, {});
    auto opening =
        std::make_shared<Opening>(transport, [this, transport](bool http2, std::string initial) {
          begin(transport, http2, std::move(initial));
        });
    openings_.emplace_back(opening, context_.nowMillis() + options_.headTimeoutMillis);
    opening->read();
  }

  void begin(std::shared_ptr<Transport> transport, bool http2, std::string initial) {
    if (draining_) return transport->close();
    std::shared_ptr<HttpSession> session = http2 ? makeHttp2Session(context_, std::move(transport))
                                                 : makeHttp1Session(context_, std::move(transport));
    sessions_.insert(session);
    session->start(std::move(initial));
  }

  void tick() {
    int64_t now = context_.nowMillis();
    std::erase_if(openings_, [&](const auto& entry) {
      auto opening = entry.first.lock();
      if (opening && now >= entry.second) opening->close();
      return !opening || now >= entry.second;
    });
    for (const auto& session : sessions_) session->checkDeadline(now);
    forgetClosed();
  }

  void forgetClosed() {
    std::erase_if(sessions_, [](const auto& session) { return session->closed(); });
    if (draining_ && sessions_.empty() && onDrained_) {
      onDrained_();
      onDrained_ = nullptr;
    }
  }

  HttpServerOptions options_;
  Env& env_;
  std::unique_ptr<RequestThreads> workers_;
  SessionContext context_;
  std::atomic<int64_t> requests_{0};
  std::atomic<bool> stopped_{false};
  std::mutex startMutex_;

  // On the I/O thread.
  std::set<std::shared_ptr<HttpSession>> sessions_;
  std::vector<std::pair<std::weak_ptr<Opening>, int64_t>> openings_;  // with deadlines
  std::function<void()> onDrained_;
  bool draining_ = false;

  std::unique_ptr<Network> network_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpHandler& handler, Env& env,
                                                      HttpServerOptions options) {
  auto server = std::make_unique<NetworkHttpServer>(handler, env, std::move(options));
  TRY(server->open());
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace millrace
