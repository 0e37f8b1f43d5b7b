#include "server/in_process_transport.h"

#include <fmt/format.h>

#include <mutex>

#include "aws/client/cancellation.h"

namespace millrace {

void InProcessTransport::open(HttpHandler& handler) {
  std::unique_lock lock(mutex_);
  handler_ = &handler;
}

void InProcessTransport::close() {
  std::unique_lock lock(mutex_);
  handler_ = nullptr;
}

Result<HttpResponse> InProcessTransport::send(const HttpOrigin&, const HttpRequest& request,
                                              const SendOptions& options) {
  if (options.cancellation != nullptr && options.cancellation->isCancelled()) {
    return Error(ErrorKind::kCancelled, "the service is stopping");
  }
  std::shared_lock lock(mutex_);
  if (handler_ == nullptr) return Error(ErrorKind::kIo, "the service is starting or stopping");
  HttpRequest received = request;
  received.peerAddress = "127.0.0.1";
  if (handler_->bodyPolicy(received).kind == BodyPolicy::Kind::kStreamed) {
    received.stream = bodyFromString(std::move(received.body));
    received.body.clear();
  }
  HttpResponse response = handler_->handle(received);
  if (!response.stream) return response;
  if (response.headLength) {
    response.stream.reset();
    return response;
  }
  Result<std::string> body = readAll(*response.stream, options.maxResponseBytes);
  if (!body.ok()) return Error(ErrorKind::kIo, body.error().message());
  response.stream.reset();
  response.body = std::move(body).value();
  return response;
}

}  // namespace millrace
