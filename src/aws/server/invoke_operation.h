// What stands between the documents of the dispatcher and the typed function of an operation. Used
// by the generated bindings only.
#pragma once

#include <type_traits>

#include "aws/server/service.h"

namespace millrace {

template <typename ServiceClass, typename Operation, auto Function>
Outcome<Document> invokeOperation(Service& service, Document& input, RequestContext& context) {
  typename Operation::Request request;
  readDocument(input, request);
  Outcome<typename Operation::Response> outcome =
      Function(static_cast<ServiceClass&>(service), request, context);
  if (!outcome.ok()) return std::move(outcome).error();
  return writeDocument(outcome.value());
}

}  // namespace millrace
