// ScriptedTransport: an HttpTransport for tests that answers from a list and remembers what it was
// asked.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "aws/client/cancellation.h"
#include "aws/client/client_context.h"

namespace millrace {

class ScriptedTransport final : public HttpTransport {
 public:
  struct Call {
    HttpOrigin origin;
    HttpRequest request;
  };
  using Answer = std::function<Result<HttpResponse>(const HttpRequest& request)>;

  void then(Answer answer) { answers_.push_back(std::move(answer)); }
  void then(int status, std::string body, HttpHeaders headers = {}) {
    HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    response.headers = std::move(headers);
    then([response](const HttpRequest&) { return response; });
  }
  // Of whatever comes when the list has ended.
  void otherwise(Answer answer) { otherwise_ = std::move(answer); }

  const std::vector<Call>& calls() const { return calls_; }

  Result<HttpResponse> send(const HttpOrigin& origin, const HttpRequest& request,
                            const SendOptions&) override {
    std::lock_guard lock(mutex_);
    calls_.push_back({origin, request});
    if (answers_.empty()) {
      if (otherwise_) return otherwise_(request);
      return Error(ErrorKind::kIo, "cannot reach '" + origin.url() + "'");
    }
    Answer answer = std::move(answers_.front());
    answers_.pop_front();
    return answer(request);
  }

 private:
  std::mutex mutex_;
  std::deque<Answer> answers_;
  Answer otherwise_;
  std::vector<Call> calls_;
};

// Does not wait; remembers how long it should have.
class NotedWaits final : public Cancellation {
 public:
  bool wait(int64_t micros) override {
    waits.push_back(micros);
    return !isCancelled();
  }
  std::vector<int64_t> waits;
};

}  // namespace millrace
