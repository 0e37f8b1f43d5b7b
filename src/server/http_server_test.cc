#include "server/http_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace millrace {

namespace {

constexpr size_t kLarge = 32 << 20;

// Endless rows of one letter, as long as asked for.
class Letters final : public BodyReader {
 public:
  Letters(uint64_t size, bool known, bool breaks) : left_(size), known_(known), breaks_(breaks) {}
  Result<size_t> read(char* data, size_t size) override {
    if (left_ == 0 && breaks_) return Error(ErrorKind::kIo, "broken");
    size_t count = std::min<uint64_t>(size, left_);
    std::fill(data, data + count, 'x');
    left_ -= count;
    return count;
  }
  std::optional<uint64_t> remaining() const override {
    if (!known_) return {};
    return left_ + (breaks_ ? 1 : 0);
  }

 private:
  uint64_t left_;
  bool known_;
  bool breaks_;
};

// /count reads a streamed body and says its length; /ignore answers without reading it; /letters/N
// streams N bytes (/unknown/N without saying how many, /broken/N breaks off); others echo.
class TestHandler final : public HttpHandler {
 public:
  BodyPolicy bodyPolicy(const HttpRequest& head) override {
    bool streams = head.path == "/count" || head.path == "/ignore";
    return {streams ? BodyPolicy::Kind::kStreamed : BodyPolicy::Kind::kBuffered, 1000};
  }

  HttpResponse handle(HttpRequest& request) override {
    ++calls;
    if (request.path == "/throw") throw std::runtime_error("a bug");
    if (request.path == "/count") return count(*request.stream);
    HttpResponse response;
    size_t slash = request.path.rfind('/');
    std::string kind = request.path.substr(0, slash);
    if (!kind.empty()) {
      response.stream = std::make_shared<Letters>(std::stoull(request.path.substr(slash + 1)),
                                                  kind != "/unknown", kind == "/broken");
    } else {
      response.body = request.method + ' ' + request.path + ' ' + request.body;
    }
    return response;
  }

  std::atomic<int> calls{0};
  std::atomic<uint64_t> counted{0};
  std::atomic<bool> failed{false};

 private:
  HttpResponse count(BodyReader& body) {
    std::string piece(10'000, '\0');
    uint64_t total = 0;
    while (true) {
      Result<size_t> size = body.read(piece.data(), piece.size());
      failed = failed || !size.ok();
      if (!size.ok() || size.value() == 0) break;
      total += size.value();
      counted = total;
    }
    return textResponse(200, fmt::format("{}", total));
  }
};

class Client {
 public:
  explicit Client(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  // Up to the end of the connection.
  std::string rest() {
    std::string all;
    std::string piece(1 << 16, '\0');
    while (true) {
      ssize_t size = ::recv(socket_, piece.data(), piece.size(), 0);
      if (size <= 0) return all;
      all.append(piece, 0, static_cast<size_t>(size));
    }
  }

 private:
  int socket_;
};

class HttpServerTest : public testing::Test {
 protected:
  void start(HttpServerOptions options = {}) {
    auto server = HttpServer::start(handler_, realEnv(), std::move(options));
    ASSERT_TRUE(server.ok()) << server.error().message();
    server_ = std::move(server).value();
  }
  std::string exchange(std::string_view request) {
    Client client(server_->port());
    client.send(request);
    return client.rest();
  }
  static std::string head(std::string_view method, std::string_view path,
                          std::string_view more = "") {
    return fmt::format("{} {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{}\r\n", method, path,
                       more);
  }
  static bool waitFor(const std::function<bool()>& condition) {
    for (int i = 0; i < 1000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  TestHandler handler_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace

TEST_F(HttpServerTest, LargeBodiesStreamIn) {
  start();
  Client client(server_->port());
  std::thread writer([&] {
    client.send(head("PUT", "/count", fmt::format("Content-Length: {}\r\n", kLarge)));
    std::string piece(1 << 16, 'y');
    for (size_t sent = 0; sent < kLarge; sent += piece.size()) client.send(piece);
  });
  EXPECT_TRUE(client.rest().ends_with(fmt::format("\r\n\r\n{}", kLarge)));
  writer.join();
}

TEST_F(HttpServerTest, LargeBodiesStreamOut) {
  start();
  std::string known = exchange(head("GET", fmt::format("/letters/{}", kLarge)));
  EXPECT_NE(known.find(fmt::format("Content-Length: {}\r\n", kLarge)), std::string::npos);
  EXPECT_EQ(known.size() - known.find("\r\n\r\n") - 4, kLarge);
  std::string chunked = exchange(head("GET", "/unknown/100000"));
  EXPECT_NE(chunked.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_TRUE(chunked.ends_with("\r\n0\r\n\r\n"));
}

TEST_F(HttpServerTest, AResponseThatBreaksOffIsNoWhole) {
  start();
  std::string answer = exchange(head("GET", "/broken/100"));
  EXPECT_NE(answer.find("Content-Length: 101\r\n"), std::string::npos);
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 100u);
}

TEST_F(HttpServerTest, ABodyThatNobodyReadsIsDiscarded) {
  start();
  std::string body(100'000, 'z');
  std::string request = fmt::format(
      "PUT /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
  std::string answer = exchange(request + head("GET", "/next"));
  EXPECT_NE(answer.find("PUT /ignore"), std::string::npos);
  EXPECT_NE(answer.find("GET /next"), std::string::npos);
}

TEST_F(HttpServerTest, AClientThatGoesAwayFailsItsBody) {
  start();
  {
    Client client(server_->port());
    client.send(head("PUT", "/count", "Content-Length: 1000\r\n") + "abc");
    EXPECT_TRUE(waitFor([&] { return handler_.counted == 3; }));
  }
  EXPECT_TRUE(waitFor([&] { return handler_.failed.load(); }));
}

TEST_F(HttpServerTest, ASlowBodyIsCutOff) {
  HttpServerOptions options;
  options.bodyTimeoutMillis = 200;
  start(options);
  Client streamed(server_->port());
  streamed.send(head("PUT", "/count", "Content-Length: 1000\r\n") + "abc");
  Client buffered(server_->port());
  buffered.send(head("PUT", "/x", "Content-Length: 100\r\n") + "abc");
  EXPECT_TRUE(waitFor([&] { return handler_.failed.load(); }));
  streamed.rest();
  buffered.rest();
  EXPECT_EQ(handler_.calls, 1);
}

TEST_F(HttpServerTest, BodiesOverTheLimitAreRefused) {
  start();
  EXPECT_TRUE(exchange(head("PUT", "/x", "Content-Length: 1001\r\n")).starts_with("HTTP/1.1 413 "));
  std::string chunks = head("PUT", "/x", "Transfer-Encoding: chunked\r\n");
  for (int i = 0; i < 1001; ++i) chunks += "1\r\na\r\n";
  EXPECT_TRUE(exchange(chunks + "0\r\n\r\n").starts_with("HTTP/1.1 413 "));
  EXPECT_EQ(handler_.calls, 0);
}

TEST_F(HttpServerTest, AnExceptionIsAResponse) {
  start();
  EXPECT_TRUE(exchange(head("GET", "/throw")).starts_with("HTTP/1.1 500 "));
  EXPECT_TRUE(exchange(head("GET", "/x")).starts_with("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, ContinueIsSentWhenTheBodyIsWanted) {
  start();
  std::string read =
      exchange(head("PUT", "/count", "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n") +
               "3\r\nabc\r\n0\r\n\r\n");
  EXPECT_TRUE(read.ends_with("\r\n\r\n3")) << read;
  Client refused(server_->port());
  refused.send(head("PUT", "/ignore", "Expect: 100-continue\r\nContent-Length: 5\r\n"));
  std::string answer = refused.rest();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
}

TEST_F(HttpServerTest, AnswersToHeadHaveALengthOnly) {
  start();
  std::string answer = exchange(head("HEAD", "/letters/5"));
  EXPECT_NE(answer.find("Content-Length: 5\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(HttpServerTest, StopLetsRequestsFinish) {
  start();
  Client client(server_->port());
  client.send(head("PUT", "/count", "Content-Length: 6\r\n") + "abc");
  ASSERT_TRUE(waitFor([&] { return handler_.counted == 3; }));
  std::thread stopper([&] { server_->stop(10'000); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  client.send("def");
  EXPECT_TRUE(client.rest().ends_with("\r\n\r\n6"));
  stopper.join();
}

TEST_F(HttpServerTest, StopEndsWhatDoesNotFinish) {
  start();
  Client idle(server_->port());
  Client stuck(server_->port());
  stuck.send(head("PUT", "/count", "Content-Length: 6\r\n") + "abc");
  ASSERT_TRUE(waitFor([&] { return handler_.counted == 3; }));
  server_->stop(100);
  EXPECT_TRUE(handler_.failed);
  EXPECT_EQ(stuck.rest(), "");
}

TEST_F(HttpServerTest, APortInUseSaysSo) {
  start();
  HttpServerOptions options;
  options.port = server_->port();
  auto second = HttpServer::start(handler_, realEnv(), options);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().message().find("the port is in use"), std::string::npos);
}

TEST_F(HttpServerTest, ManySlowUploadsRunBesideEachOther) {
  start();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<Client>(server_->port()));
    clients.back()->send(head("PUT", "/count", "Content-Length: 6\r\n") + "abc");
  }
  EXPECT_TRUE(waitFor([&] { return handler_.calls == 50; }));
  for (auto& client : clients) client->send("def");
  for (auto& client : clients) EXPECT_TRUE(client->rest().ends_with("\r\n\r\n6"));
}

}  // namespace millrace
