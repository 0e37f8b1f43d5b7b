// Configurations: how runs of a test file differ from the default one.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "runner/test_file.h"
#include "runner/test_session.h"

namespace millrace {

// To the end, in order, at parallelism 1.
RunSettings runToTheEnd();
// Stopped at a checkpoint in the middle at parallelism 2, restored at 3 (where the order of rows
// counts, at 1 both), in small batches whose size depends on the path of the test.
RunSettings runInParts(const TestFile& file);

// A file of tests/configs:
//   {"description": "...", "set": {"key": "value"}, "channelCapacity": 1}
Result<RunSettings> readConfiguration(const std::string& path);

// One of the files in `directory`, chosen by the path of the test and the seed.
Result<std::string> chooseConfiguration(const std::string& directory, const TestFile& file,
                                        const std::string& seed);

}  // namespace millrace
