#include "aws/model/generated/s3/get_object.h"

#include "companions/s3/content/object_reader.h"
#include "companions/s3/read_object.h"

namespace millrace::s3 {

namespace {

// Such an object must be restored before it can be read.
bool isArchived(const ObjectRecord& object) {
  return object.storageClass == "GLACIER" || object.storageClass == "DEEP_ARCHIVE";
}

}  // namespace

Outcome<GetObjectOutput> getObject(Service& service, GetObjectRequest& input,
                                   RequestContext& context) {
  Selected selected = TRY(selectObject(service, readRequestOf(input), context));
  if (isArchived(selected.object)) {
    return ApiError("InvalidObjectState", 403,
                    "The operation is not valid for the object's storage class")
        .with("StorageClass", selected.object.storageClass);
  }
  GetObjectOutput output;
  describeSelected(selected, input, output);
  DataFiles& files = service.store().files();
  if (selected.range) {
    output.body = readObject(files, selected.lease, selected.parts, *selected.range);
  } else {
    output.body = readObject(files, selected.lease, selected.parts);
  }
  return output;
}

}  // namespace millrace::s3
