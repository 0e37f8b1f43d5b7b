// Service: an AWS-compatible service as the dispatcher sees it. A service is a folder,
//
//   src/companions/<model>/            the folder of the model in botocore: kinesis, s3, logs, ...
//     service.h, service.cc            class <model>::Service, and add<Model>Companion
//     access.cc                        accessOf: actions and ARNs (when the default does not do)
//     operations/<snake_case>.cc       one operation each; the build finds the files
//
// and an operation is one function in namespace millrace::<model>, named as the operation:
//
//   Outcome<PutRecordOutput> putRecord(Service& service, PutRecordInput& input,
//                                      RequestContext& context);
//
// The generator declares the structs ("aws/model/generated/<model>/put_record.h") and binds the
// function; decoding, validation, authentication and authorisation happen before it is called.
// docs/how-to-add/operation.md has an example.
#pragma once

#include <span>
#include <string_view>

#include "aws/model/api_error.h"
#include "aws/model/document.h"
#include "aws/model/model.h"
#include "aws/server/authorizer.h"
#include "aws/server/request_context.h"

namespace millrace {

class Service;

// An operation that has a file. Generated: <model>::bindings().
struct OperationBinding {
  std::string_view operation;
  Outcome<Document> (*invoke)(Service& service, Document& input, RequestContext& context);
};

// Operations run on several worker threads at once: a service locks its own state, and holds no
// lock while it waits for another service.
class Service {
 public:
  Service(const ServiceModel& model, std::span<const OperationBinding> bindings)
      : model_(model), bindings_(bindings) {}
  virtual ~Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  const ServiceModel& model() const { return model_; }
  std::span<const OperationBinding> bindings() const { return bindings_; }

  // What the caller must be allowed to do, from the decoded and validated input. The default is
  // "<signing name>:<operation>" on "*".
  virtual AccessRequest accessOf(const RequestContext& context, const Document& input);

  // A broken constraint; the default is ValidationException (ValidationError for Query). A service
  // whose front end does not check (S3) returns no error.
  virtual Outcome<void> validate(const RequestContext& context, const Document& input);

  // Stops background work; called once, before the destructor, while requests may still run.
  virtual void stop() {}

 private:
  const ServiceModel& model_;
  std::span<const OperationBinding> bindings_;
};

}  // namespace millrace
