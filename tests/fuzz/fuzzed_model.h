// A service model with every type of member, and a shape that contains itself: what the decoders of
// wire formats are fuzzed with.
#pragma once

#include "aws/model/model.h"

namespace millrace::fuzzed {

extern const ShapeModel kShape;

inline const ShapeModel kText{.name = "Text", .type = ShapeType::kString};
inline const ShapeModel kLong{.name = "Long", .type = ShapeType::kLong};
inline const ShapeModel kInteger{.name = "Integer", .type = ShapeType::kInteger};
inline const ShapeModel kDouble{.name = "Double", .type = ShapeType::kDouble};
inline const ShapeModel kFlag{.name = "Flag", .type = ShapeType::kBoolean};
inline const ShapeModel kTime{.name = "Time", .type = ShapeType::kTimestamp};
inline const ShapeModel kData{.name = "Data", .type = ShapeType::kBlob};
inline const ShapeModel kFree{.name = "Free", .type = ShapeType::kStructure, .anything = true};
inline const MemberModel kElement[] = {{.name = "member", .shape = &kShape}};
inline const ShapeModel kList{.name = "List", .type = ShapeType::kList, .members = kElement};
inline const MemberModel kFlatElement[] = {{.name = "member", .shape = &kText}};
inline const ShapeModel kFlat{
    .name = "Flat", .type = ShapeType::kList, .members = kFlatElement, .flattened = true};
inline const MemberModel kEntry[] = {{.name = "key", .shape = &kText},
                                     {.name = "value", .shape = &kShape}};
inline const ShapeModel kMap{.name = "Map", .type = ShapeType::kMap, .members = kEntry};
inline const MemberModel kMembers[] = {
    {.name = "a", .shape = &kText},
    {.name = "b", .shape = &kLong},
    {.name = "c", .shape = &kInteger},
    {.name = "d", .shape = &kDouble},
    {.name = "e", .shape = &kFlag},
    {.name = "f", .shape = &kTime},
    {.name = "g", .shape = &kData},
    {.name = "h", .shape = &kFree},
    {.name = "i", .shape = &kList},
    {.name = "j", .shape = &kFlat},
    {.name = "k", .shape = &kMap},
    {.name = "l", .shape = &kShape},
    {.name = "m", .shape = &kText, .locationName = "x-m", .location = MemberLocation::kHeader},
    {.name = "n", .shape = &kTime, .locationName = "n", .location = MemberLocation::kQueryString},
    {.name = "o", .shape = &kText, .locationName = "o", .location = MemberLocation::kUri},
};
inline const ShapeModel kShape{.name = "Shape", .type = ShapeType::kStructure, .members = kMembers};

inline const OperationModel kOperation{.name = "Do",
                                       .method = "PUT",
                                       .uri = "/{o+}",
                                       .input = &kShape,
                                       .output = &kShape,
                                       .implemented = true};
inline const ProtocolKind kProtocols[] = {ProtocolKind::kJson11};
inline const ServiceModel kService{.name = "fuzzed",
                                   .targetPrefix = "Fuzzed",
                                   .protocols = kProtocols,
                                   .operations = {&kOperation, 1}};

}  // namespace millrace::fuzzed
