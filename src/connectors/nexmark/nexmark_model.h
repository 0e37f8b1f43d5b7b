// The Nexmark model: an auction site's stream of persons, auctions and bids, of which every event
// is a pure function of (seed, event number). Any subtask can therefore make any event, at any
// parallelism and from any point on, and only the fields that a query uses are computed.
//
// Of every 50 consecutive events 1 is a person, 3 are auctions and 46 are bids. Times are
// milliseconds since 1970-01-01; event n happens at baseMillis + n * 1000 / eventsPerSecond.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "types/column.h"

namespace millrace {

enum class NexmarkKind : uint8_t { kPerson = 0, kAuction = 1, kBid = 2 };

struct NexmarkOptions {
  uint64_t seed = 1;
  int64_t baseMillis = 1'704'067'200'000;  // 2024-01-01 00:00:00
  int64_t eventsPerSecond = 100'000;       // of event time
};

// Which draw of an event a number belongs to. Each field has its own, so that leaving one out does
// not change another.
enum class NexmarkDraw : uint32_t {
  kChoice,
  kHot,
  kAny,
  kPrice,
  kReserve,
  kChannel,
  kChannelNumber,
  kText,
  kTextStart,
  kTextLength,
  kSecondText,
  kCard,
  kCity,
  kState,
  kFirstName,
  kLastName,
  kSpan,
  kCategory,
  kHotSeller,
  kSeller,
};

class NexmarkModel {
 public:
  static constexpr int64_t kEventsPerRound = 50;
  static constexpr int64_t kAuctionsPerRound = 3;

  explicit NexmarkModel(const NexmarkOptions& options);

  static NexmarkKind kindOf(int64_t event) {
    int64_t place = event % kEventsPerRound;
    return place == 0                   ? NexmarkKind::kPerson
           : place <= kAuctionsPerRound ? NexmarkKind::kAuction
                                        : NexmarkKind::kBid;
  }
  int64_t millisOf(int64_t event) const {
    return options_.baseMillis + event * 1'000 / options_.eventsPerSecond;
  }

  // Persons.
  int64_t personId(int64_t event) const;
  void appendName(int64_t event, std::string& out) const;
  void appendEmail(int64_t event, std::string& out) const;
  void appendCreditCard(int64_t event, std::string& out) const;
  std::string_view city(int64_t event) const;
  std::string_view state(int64_t event) const;
  std::string_view personExtra(int64_t event) const;

  // Auctions.
  int64_t auctionId(int64_t event) const;
  void appendItemName(int64_t event, std::string& out) const;
  void appendDescription(int64_t event, std::string& out) const;
  int64_t initialBid(int64_t event) const { return priceOf(event, NexmarkDraw::kPrice); }
  int64_t reserve(int64_t event) const {
    return initialBid(event) + priceOf(event, NexmarkDraw::kReserve);
  }
  int64_t expiresMillis(int64_t event) const;
  int64_t seller(int64_t event) const;
  int64_t category(int64_t event) const;
  std::string_view auctionExtra(int64_t event) const;

  // Bids.
  int64_t bidAuction(int64_t event) const;
  int64_t bidder(int64_t event) const;
  int64_t price(int64_t event) const { return priceOf(event, NexmarkDraw::kPrice); }
  std::string_view channel(int64_t event) const;
  std::string_view url(int64_t event) const;
  std::string_view bidExtra(int64_t event) const;

  // The memory that returned views point into, except for names of cities and states, which are
  // constants.
  const BufferPtr& texts() const { return texts_; }

 private:
  // A channel and its address.
  struct Channel {
    std::string_view name;
    std::string_view url;
  };

  uint64_t draw(int64_t event, NexmarkDraw which) const;
  // A number in [0, limit).
  int64_t below(int64_t event, NexmarkDraw which, int64_t limit) const;
  int64_t priceOf(int64_t event, NexmarkDraw which) const;
  int64_t anyPerson(int64_t event, NexmarkDraw which) const;
  const Channel& channelOf(int64_t event) const;
  void appendWords(int64_t event, NexmarkDraw which, int limit, char separator,
                   std::string& out) const;
  std::string_view filler(int64_t event, int64_t size, int64_t wanted) const;
  int64_t itemNameLength(int64_t event) const;
  int64_t descriptionLength(int64_t event) const;

  NexmarkOptions options_;
  // Log-uniform prices by the upper bits of a draw, interpolated between.
  std::vector<double> prices_;
  std::vector<Channel> channels_;
  BufferPtr texts_;           // shared with the columns whose views point into it
  std::string_view letters_;  // long random text of which fillers are parts
};

}  // namespace millrace
