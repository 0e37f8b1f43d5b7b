#include "connectors/nexmark/nexmark_model.h"

#include <algorithm>
#include <cmath>

namespace millrace {

namespace {

constexpr int64_t kFirstId = 1'000;
constexpr int64_t kFirstCategory = 10;
constexpr int64_t kCategories = 5;
constexpr int64_t kActivePeople = 1'000;
constexpr int64_t kPersonLead = 10;
constexpr int64_t kAuctionsInFlight = 100;
constexpr int64_t kAuctionLead = 10;
constexpr int64_t kHotGroup = 100;
// The reference generator adds the first person's id twice to a bidder; queries that join bidders
// with persons give other results without it.
constexpr int64_t kBidderOffset = 2 * kFirstId;
constexpr size_t kHotChannels = 4;
constexpr size_t kOtherChannels = 10'000;
constexpr size_t kLetters = 1 << 20;
constexpr int kPriceBits = 12;
constexpr int kShortWord = 7;

constexpr std::string_view kFirstNames[] = {"Amara", "Benno", "Chiara", "Dario",  "Eleni", "Farid",
                                            "Gwen",  "Hanna", "Ilya",   "Jasmin", "Kofi"};
constexpr std::string_view kLastNames[] = {"Almeida", "Berger", "Conti",  "Duarte", "Eriksen",
                                           "Fontana", "Geller", "Hodzic", "Ishii"};
constexpr std::string_view kCities[] = {"Phoenix",  "Los Angeles", "San Francisco", "Boise",
                                        "Portland", "Bend",        "Redmond",       "Seattle",
                                        "Kent",     "Cheyenne"};
constexpr std::string_view kStates[] = {"AZ", "CA", "ID", "OR", "WA", "WY"};
constexpr std::string_view kHotNames[kHotChannels] = {"Apple", "Google", "Facebook", "Baidu"};

uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

// A sequential generator, for the tables made once.
class Sequence {
 public:
  explicit Sequence(uint64_t seed) : state_(seed) {}
  uint64_t next() { return mix(state_ += 0x9E3779B97F4A7C15ULL); }
  int64_t below(int64_t limit) {
    return static_cast<int64_t>(
        static_cast<unsigned __int128>(next()) * static_cast<uint64_t>(limit) >> 64);
  }

 private:
  uint64_t state_;
};

std::string makeUrl(Sequence& random) {
  std::string url = "https://www.nexmark.com/";
  for (int part = 0; part < 3; ++part) {
    int64_t length = 3 + random.below(3);
    for (int64_t i = 0; i < length; ++i) {
      bool inside = i > 0 && i + 1 < length;
      url += inside && random.below(13) == 0 ? '_' : static_cast<char>('a' + random.below(26));
    }
    url += '/';
  }
  return url + "item.htm?query=1";
}

template <size_t N>
std::string_view pick(const std::string_view (&list)[N], int64_t index) {
  return list[index];
}

int64_t lastPerson(int64_t event) { return event / NexmarkModel::kEventsPerRound; }

int64_t lastAuction(int64_t event) {
  int64_t round = event / NexmarkModel::kEventsPerRound;
  int64_t place = event % NexmarkModel::kEventsPerRound;
  constexpr int64_t kPerRound = NexmarkModel::kAuctionsPerRound;
  return round * kPerRound + std::min(place, kPerRound) - 1;
}

}  // namespace

NexmarkModel::NexmarkModel(const NexmarkOptions& options) : options_(options) {
  Sequence random(options.seed ^ 0x6E65786D61726BULL);
  std::string texts(kLetters, ' ');
  for (char& c : texts) c = static_cast<char>('a' + random.below(26));
  // Offsets first: the text moves while it grows.
  std::vector<size_t> ends;
  auto add = [&](const std::string& text) {
    texts += text;
    ends.push_back(texts.size());
  };
  for (size_t i = 0; i < kHotChannels + kOtherChannels; ++i) {
    bool hot = i < kHotChannels;
    add(hot ? std::string(kHotNames[i]) : "channel-" + std::to_string(i - kHotChannels));
    std::string url = makeUrl(random);
    if (!hot && random.below(10) > 0) {
      url += "&channel_id=" + std::to_string(random.below(1LL << 31));
    }
    add(url);
  }
  texts_ = std::make_shared<Buffer>(texts.size());
  std::copy(texts.begin(), texts.end(), texts_->data());
  std::string_view all(texts_->data(), texts.size());
  letters_ = all.substr(0, kLetters);
  size_t begin = kLetters;
  for (size_t i = 0; i < ends.size(); i += 2) {
    channels_.push_back(
        {all.substr(begin, ends[i] - begin), all.substr(ends[i], ends[i + 1] - ends[i])});
    begin = ends[i + 1];
  }
  prices_.resize((size_t{1} << kPriceBits) + 1);
  for (size_t i = 0; i < prices_.size(); ++i) {
    double share = static_cast<double>(i) / static_cast<double>(size_t{1} << kPriceBits);
    prices_[i] = std::pow(10.0, share * 6.0) * 100.0;
  }
}

uint64_t NexmarkModel::draw(int64_t event, NexmarkDraw which) const {
  uint64_t counter = static_cast<uint64_t>(event) * 32 + static_cast<uint64_t>(which);
  return mix(options_.seed * 0xD1342543DE82EF95ULL + counter * 0x9E3779B97F4A7C15ULL);
}

int64_t NexmarkModel::below(int64_t event, NexmarkDraw which, int64_t limit) const {
  return static_cast<int64_t>(
      static_cast<unsigned __int128>(draw(event, which)) * static_cast<uint64_t>(limit) >> 64);
}

// Between two neighbouring entries the curve is taken for straight: off by less than one part in a
// million.
int64_t NexmarkModel::priceOf(int64_t event, NexmarkDraw which) const {
  uint64_t random = draw(event, which);
  size_t index = random >> (64 - kPriceBits);
  double share = static_cast<double>(random << kPriceBits >> 11) * 0x1p-53;
  double low = prices_[index];
  // NOLINTNEXTLINE(bugprone-incorrect-roundings): prices are positive, and part of the format.
  return static_cast<int64_t>(low + (prices_[index + 1] - low) * share + 0.5);
}

int64_t NexmarkModel::anyPerson(int64_t event, NexmarkDraw which) const {
  int64_t people = lastPerson(event) + 1;
  int64_t active = std::min(people, kActivePeople);
  return people - active + below(event, which, active + kPersonLead);
}

int64_t NexmarkModel::personId(int64_t event) const { return lastPerson(event) + kFirstId; }

void NexmarkModel::appendName(int64_t event, std::string& out) const {
  out += pick(kFirstNames, below(event, NexmarkDraw::kFirstName, std::size(kFirstNames)));
  out += ' ';
  out += pick(kLastNames, below(event, NexmarkDraw::kLastName, std::size(kLastNames)));
}

void NexmarkModel::appendEmail(int64_t event, std::string& out) const {
  appendWords(event, NexmarkDraw::kText, kShortWord, '_', out);
  out += '@';
  appendWords(event, NexmarkDraw::kSecondText, kShortWord - 2, '_', out);
  out += ".com";
}

void NexmarkModel::appendCreditCard(int64_t event, std::string& out) const {
  uint64_t digits = draw(event, NexmarkDraw::kCard) % 10'000'000'000'000'000ULL;
  char text[19];
  for (int i = 18; i >= 0; --i) {
    if (i % 5 == 4) {
      text[i] = ' ';
      continue;
    }
    text[i] = static_cast<char>('0' + digits % 10);
    digits /= 10;
  }
  out.append(text, sizeof(text));
}

std::string_view NexmarkModel::city(int64_t event) const {
  return pick(kCities, below(event, NexmarkDraw::kCity, std::size(kCities)));
}

std::string_view NexmarkModel::state(int64_t event) const {
  return pick(kStates, below(event, NexmarkDraw::kState, std::size(kStates)));
}

std::string_view NexmarkModel::personExtra(int64_t event) const {
  constexpr int64_t kFixed = 8 + 12 + 14 + 19 + 8 + 2;
  return filler(event, kFixed, 200);
}

int64_t NexmarkModel::auctionId(int64_t event) const { return lastAuction(event) + kFirstId; }

int64_t NexmarkModel::itemNameLength(int64_t event) const {
  return 3 + below(event, NexmarkDraw::kText, 17);
}

int64_t NexmarkModel::descriptionLength(int64_t event) const {
  return 3 + below(event, NexmarkDraw::kSecondText, 97);
}

void NexmarkModel::appendItemName(int64_t event, std::string& out) const {
  appendWords(event, NexmarkDraw::kText, 20, ' ', out);
}

void NexmarkModel::appendDescription(int64_t event, std::string& out) const {
  appendWords(event, NexmarkDraw::kSecondText, 100, ' ', out);
}

// An auction lasts up to twice the time in which a hundred auctions begin.
int64_t NexmarkModel::expiresMillis(int64_t event) const {
  int64_t now = millisOf(event);
  int64_t ahead = millisOf(event + kAuctionsInFlight * kEventsPerRound / kAuctionsPerRound);
  return now + 1 + below(event, NexmarkDraw::kSpan, std::max<int64_t>(2 * (ahead - now), 1));
}

int64_t NexmarkModel::seller(int64_t event) const {
  bool hot = below(event, NexmarkDraw::kHotSeller, 4) > 0;
  int64_t person =
      hot ? lastPerson(event) / kHotGroup * kHotGroup : anyPerson(event, NexmarkDraw::kSeller);
  return person + kFirstId;
}

int64_t NexmarkModel::category(int64_t event) const {
  return kFirstCategory + below(event, NexmarkDraw::kCategory, kCategories);
}

std::string_view NexmarkModel::auctionExtra(int64_t event) const {
  return filler(event, 8 * 6 + itemNameLength(event) + descriptionLength(event), 500);
}

int64_t NexmarkModel::bidAuction(int64_t event) const {
  uint64_t random = draw(event, NexmarkDraw::kHot);
  int64_t last = lastAuction(event);
  if (random >> 63 != 0) return last / kHotGroup * kHotGroup + kFirstId;
  int64_t first = std::max<int64_t>(last - kAuctionsInFlight, 0);
  uint64_t range = static_cast<uint64_t>(last - first + 1 + kAuctionLead);
  auto offset = static_cast<unsigned __int128>(random << 1) * range >> 64;
  return first + static_cast<int64_t>(offset) + kFirstId;
}

int64_t NexmarkModel::bidder(int64_t event) const {
  bool hot = below(event, NexmarkDraw::kHotSeller, 4) > 0;
  int64_t person =
      hot ? lastPerson(event) / kHotGroup * kHotGroup + 1 : anyPerson(event, NexmarkDraw::kSeller);
  return person + kBidderOffset;
}

const NexmarkModel::Channel& NexmarkModel::channelOf(int64_t event) const {
  uint64_t random = draw(event, NexmarkDraw::kChannel);
  if (random >> 63 != 0) return channels_[random >> 61 & 3];
  auto other = static_cast<unsigned __int128>(random << 1) * kOtherChannels >> 64;
  return channels_[kHotChannels + static_cast<size_t>(other)];
}

std::string_view NexmarkModel::channel(int64_t event) const { return channelOf(event).name; }
std::string_view NexmarkModel::url(int64_t event) const { return channelOf(event).url; }

std::string_view NexmarkModel::bidExtra(int64_t event) const { return filler(event, 8 * 4, 100); }

// 3 to limit - 1 letters; about every thirteenth inside is the separator.
void NexmarkModel::appendWords(int64_t event, NexmarkDraw which, int limit, char separator,
                               std::string& out) const {
  int64_t length = 3 + below(event, which, limit - 3);
  uint64_t random = draw(event, which);
  size_t start = random % (kLetters - 128);
  for (int64_t i = 0; i < length; ++i) {
    if (i % 8 == 0) random = mix(random + 0x9E3779B97F4A7C15ULL);
    bool separates = i > 0 && i + 1 < length && (random & 0xFF) < 20;
    random >>= 8;
    out += separates ? separator : letters_[start + static_cast<size_t>(i)];
  }
}

// Letters that bring an event of `size` bytes to `wanted` on average, give or take a fifth.
std::string_view NexmarkModel::filler(int64_t event, int64_t size, int64_t wanted) const {
  int64_t rest = wanted - size;
  if (rest <= 0) return {};
  int64_t spread = (rest + 2) / 5;
  uint64_t random = draw(event, NexmarkDraw::kTextLength);
  int64_t length = rest - spread;
  if (spread > 0) length += static_cast<int64_t>(random >> 40) % (2 * spread);
  size_t start = random % (kLetters - static_cast<size_t>(length));
  return letters_.substr(start, static_cast<size_t>(length));
}

}  // namespace millrace
