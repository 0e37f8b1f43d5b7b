// Http1Parser: requests of HTTP/1.1 from a stream of bytes. Beast does the parsing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace millrace {

// One request: first its head, then its body in pieces. One thread at a time.
class Http1Parser {
 public:
  explicit Http1Parser(uint32_t headerLimit);
  ~Http1Parser();

  enum class Step : uint8_t {
    kNeedMore,   // all that can be used was taken; more bytes must come
    kHead,       // the head is complete
    kBody,       // some bytes of the body
    kDone,       // the request is complete; the rest belongs to the next
    kMalformed,  // 400
    kTooLarge,   // 431
  };

  // Takes bytes from the front of `input` (and says how many); pieces of the body are appended to
  // `body`. After kHead and kBody call again, also without new bytes.
  Step parse(std::string_view input, size_t& used, std::string& body);

  // After kHead.
  HttpRequest head() const;
  std::optional<uint64_t> contentLength() const;
  bool expectsContinue() const;
  bool keepAlive() const;
  bool isHttp10() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace
