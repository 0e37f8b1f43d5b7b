// Transactions whose body answers a client: an ApiError rolls back like an Error.
#pragma once

#include <optional>

#include "aws/model/api_error.h"
#include "control/store/store.h"

namespace millrace::kinesisanalyticsv2 {

namespace detail {

template <typename T, typename Begin, typename Body>
Outcome<T> transact(const Begin& begin, const Body& body) {
  std::optional<Outcome<T>> outcome;
  Status status = begin([&](auto& transaction) -> Status {
    outcome.emplace(body(transaction));
    if (outcome->ok()) return {};
    return Error(ErrorKind::kCancelled, "rolled back");
  });
  if (outcome && !outcome->ok()) return std::move(*outcome);
  if (!status.ok()) return std::move(status).error();
  return std::move(*outcome);
}

}  // namespace detail

// body: Outcome<T>(StoreReader&)
template <typename T, typename Body>
Outcome<T> reading(Store& store, const Body& body) {
  return detail::transact<T>(
      [&](const std::function<Status(StoreReader&)>& inner) { return store.read(inner); }, body);
}

// body: Outcome<T>(StoreWriter&)
template <typename T, typename Body>
Outcome<T> writing(Store& store, const Body& body) {
  return detail::transact<T>(
      [&](const std::function<Status(StoreWriter&)>& inner) { return store.write(inner); }, body);
}

}  // namespace millrace::kinesisanalyticsv2
