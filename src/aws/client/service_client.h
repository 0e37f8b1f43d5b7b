// ServiceClient: calls the operations of one AWS-compatible service.
//
//   ServiceClient client(context, kinesis::kModel, {.region = "eu-west-1"});
//   Outcome<kinesis::GetRecordsOutput> got = client.call<kinesis::GetRecordsOperation>(input);
//   if (!got.ok() && got.error().code() == "ExpiredIteratorException") ...
//
// Operations are generated ("aws/model/generated/kinesis/get_records.h") for every operation that a
// companion has a file for.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "aws/client/client_context.h"
#include "aws/client/credentials.h"
#include "aws/client/endpoint.h"
#include "aws/client/retry_policy.h"
#include "aws/model/api_error.h"
#include "aws/model/document.h"
#include "aws/model/model.h"
#include "aws/model/struct_codec.h"
#include "aws/protocol/protocol.h"

namespace millrace {

struct ClientOptions {
  std::string region;    // "" = by the chain of findRegion
  std::string endpoint;  // "" = by the chain of findEndpoint
  // null = makeDefaultCredentials
  CredentialsPtr credentials;
  // Calls are not signed.
  bool anonymous = false;
  int maxAttempts = 0;  // 0 = AWS_MAX_ATTEMPTS, else 3
  // Nothing = what the service speaks that costs least of ours to write: JSON, else Query.
  std::optional<WireFormat> format;
  // S3: the bucket in the path at AWS too. Other endpoints always get it in the path unless
  // `virtualHosts`.
  bool pathStyle = false;
  bool virtualHosts = false;
  SendOptions send;
};

// Thread-safe: calls run at the same time. They wait for the network and between attempts, so never
// call from a worker of the engine.
class ServiceClient {
 public:
  // Finds region and endpoint at the first call, which returns the error when that fails.
  ServiceClient(ClientContext context, const ServiceModel& service, ClientOptions options = {});

  // Repeats what is worth repeating (retry_policy.h). A call that got no response returns an error
  // with status 0 (call_error.h).
  template <typename Operation>
  Outcome<typename Operation::Response> call(const typename Operation::Request& input) {
    Document output = TRY(callDocument(Operation::kName, writeDocument(input)));
    typename Operation::Response response;
    readDocument(output, response);
    return response;
  }

  Outcome<Document> callDocument(std::string_view operation, Document input);

  const ServiceModel& service() const { return service_; }
  // Where calls go, for messages.
  Result<std::string> endpointText();
  Result<std::string> region();

 private:
  struct Target {
    std::string region;
    Endpoint endpoint;
  };

  Result<Target> target();
  Outcome<HttpRequest> prepare(const OperationModel& operation, Document input,
                               const Target& target, HttpOrigin& origin) const;
  void moveBucketToHost(HttpRequest& request, HttpOrigin& origin) const;
  // Signs the request anew and sends it.
  Outcome<HttpResponse> attempt(const OperationModel& operation, HttpRequest& request,
                                const HttpOrigin& origin, const Target& target);
  Outcome<void> sign(const OperationModel& operation, const Target& target, bool secure,
                     HttpRequest& request);
  bool mayRepeat(RetryReason reason, int attempt, bool fixed);
  // Sets the clock by the response when it is far off; whether it was.
  bool correctClock(const HttpResponse& response);

  ClientContext context_;
  const ServiceModel& service_;
  ClientOptions options_;
  const Protocol& protocol_;
  bool isS3_;
  int maxAttempts_;
  RetryQuota quota_;
  std::atomic<int64_t> clockOffsetMicros_{0};
  std::mutex mutex_;
  std::optional<Target> target_;
};

}  // namespace millrace
