#include "server/session.h"

#include <charconv>
#include <exception>

namespace millrace {

HttpResponse runHandler(HttpHandler& handler, HttpRequest& request) {
  try {
    return handler.handle(request);
  } catch (const std::exception&) {
    // A library threw where nothing should: the request fails, the server goes on.
    return textResponse(500, "internal error\n");
  }
}

std::optional<uint64_t> takeContentLength(HttpResponse& response) {
  const std::string* text = response.headers.find("Content-Length");
  if (text == nullptr) return {};
  uint64_t length = 0;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), length);
  response.headers.remove("Content-Length");
  if (error != std::errc()) return {};
  return length;
}

bool responseHasBody(const std::string& method, int status) {
  return method != "HEAD" && status != 204 && status != 304 && status >= 200;
}

}  // namespace millrace
