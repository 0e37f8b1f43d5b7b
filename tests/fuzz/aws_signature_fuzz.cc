// Feeds arbitrary heads and bodies to authentication: nothing may crash, and nothing that was not
// signed with the key may be let in.
#include <cstdint>

#include "aws/server/authenticator.h"
#include "aws/server/router.h"
#include "base/check.h"
#include "env/sim/sim_env.h"

namespace {

using namespace millrace;

class OneKey final : public CredentialStore {
 public:
  std::optional<KnownCredentials> find(std::string_view accessKeyId) override {
    if (accessKeyId != "AKIA") return {};
    KnownCredentials credentials;
    credentials.secretKey = "a secret that no input can know";
    return credentials;
  }
};

// Lines "name:value" are fields of the header, the first line is the target, what follows an empty
// line is the body.
HttpRequest requestOf(std::string_view text) {
  HttpRequest request;
  request.method = "POST";
  request.path = "/";
  bool first = true;
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (first) {
      request.query = line;
    } else if (line.empty()) {
      request.body = text;
      break;
    } else {
      size_t colon = line.find(':');
      if (colon != std::string_view::npos) {
        request.headers.add(std::string(line.substr(0, colon)),
                            std::string(line.substr(colon + 1)));
      }
    }
    first = false;
  }
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static SimEnv env(1);
  static OneKey keys;
  static const Authenticator strict(env, {&keys}, {"us-east-1", true, {}});
  static const Authenticator open(env, {&keys}, {"us-east-1", false, {}});
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (ErrorStyle style : {ErrorStyle::kJson, ErrorStyle::kQuery, ErrorStyle::kS3}) {
    Authenticator::Rules rules{{"s3"}, true, false, style, 1 << 16};
    HttpRequest request = requestOf(text);
    (void)scopeService(request);
    (void)bucketOfHost(request.host());
    CHECK(!strict.authenticate(request, rules).ok(), "an unsigned request was let in");
    HttpRequest unsignedRequest = requestOf(text);
    (void)open.authenticate(unsignedRequest, rules);
  }
  return 0;
}
