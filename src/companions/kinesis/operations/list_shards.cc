#include "aws/model/generated/kinesis/list_shards.h"

#include <algorithm>

#include "companions/kinesis/describe.h"
#include "companions/kinesis/error_texts.h"
#include "companions/kinesis/service.h"
#include "companions/kinesis/shard_listing.h"

namespace millrace::kinesis {

namespace {

constexpr size_t kMaxShards = 1000;

}  // namespace

Outcome<ListShardsOutput> listShards(Service& service, ListShardsInput& input,
                                     RequestContext& context) {
  int64_t nowMillis = context.now().millis;
  ShardListing listing = TRY(beginListing(input, nowMillis));
  StreamPtr stream;
  if (input.nextToken) {
    stream = service.streams().findById(listing.streamId);
    if (stream == nullptr) return listedStreamIsGone();
  } else {
    stream = TRY(service.find(input.streamName, input.streamARN, context));
  }
  StreamViewPtr view = stream->view();
  const StreamDefinition& definition = view->definition;
  listing.streamId = definition.id;
  if (definition.lifecycle == Lifecycle::kCreating) return streamNotActive(definition);
  size_t limit = std::min(kMaxShards, static_cast<size_t>(input.maxResults.value_or(kMaxShards)));
  ListShardsOutput output;
  output.shards.emplace();
  for (const ShardDefinition& shard : definition.shards) {
    if (shard.index < listing.firstIndex) continue;
    if (!listing.includes(shard, definition, nowMillis)) continue;
    if (output.shards->size() == limit) {
      listing.firstIndex = shard.index;
      output.nextToken = listing.token(nowMillis);
      break;
    }
    output.shards->push_back(describeShard(shard));
  }
  return output;
}

}  // namespace millrace::kinesis
