// Sequence numbers in the form that Kinesis gives them: 186 bits, written as 56 decimal digits.
//
//   bits   185..184  always 10 (the number's own version, with the lowest four bits)
//          183..148  when the shard was created, seconds since 1970
//          147..144  the shard's index, modulo 16
//          143..80   the record's position in its shard
//          79..72    always 0
//          71..36    when the record arrived, seconds since 1970
//          35..4     the shard's index
//          3..0      always 2
//
// Within a shard they grow with the position; those of a child shard are larger than all of its
// parents', because it was created later.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::kinesis {

struct SequenceNumber {
  int64_t shardCreatedSeconds = 0;  // below 2^36
  uint32_t shardIndex = 0;
  uint64_t position = 0;
  int64_t arrivalSeconds = 0;  // below 2^36

  // Of the end of a closed shard: above all of its records.
  static constexpr uint64_t kEndPosition = INT64_MAX;

  std::string text() const;
  // Nothing when the text is no sequence number of this form.
  static std::optional<SequenceNumber> parse(std::string_view text);

  bool operator==(const SequenceNumber&) const = default;
};

}  // namespace millrace::kinesis
