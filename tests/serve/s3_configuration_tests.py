"""What a bucket has beside its objects: what is answered when nothing was said, and what was."""

import datetime
import json

from s3_support import equal, fails, make_bucket, on_shared_server, versioned_bucket

# The questions that tools ask of every bucket, and S3's answer where there is no configuration.
MISSING = (
    ("get_bucket_cors", "NoSuchCORSConfiguration"),
    ("get_bucket_website", "NoSuchWebsiteConfiguration"),
    ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
    ("get_bucket_replication", "ReplicationConfigurationNotFoundError"),
    ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
    ("get_bucket_policy", "NoSuchBucketPolicy"),
    ("get_bucket_policy_status", "NoSuchBucketPolicy"),
    ("get_bucket_tagging", "NoSuchTagSet"),
)


def told(response):
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}


@on_shared_server
def test_nothing_configured(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    for operation, code in MISSING:
        response = fails(code, 404, getattr(s3, operation), Bucket=name)
        equal(response["Error"]["BucketName"], name)
        fails("NoSuchBucket", 404, getattr(s3, operation), Bucket="no-such-bucket")
    for operation in ("get_bucket_logging", "get_bucket_versioning",
                      "get_bucket_accelerate_configuration",
                      "get_bucket_notification_configuration"):
        equal(told(getattr(s3, operation)(Bucket=name)), {})
    equal(s3.get_bucket_request_payment(Bucket=name)["Payer"], "BucketOwner")
    rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    equal(rules, [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
                   "BucketKeyEnabled": False}])
    controls = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]
    equal(controls, {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    equal(set(block.values()), {True})
    acl = s3.get_bucket_acl(Bucket=name)
    equal([(g["Grantee"]["ID"], g["Grantee"]["Type"], g["Permission"]) for g in acl["Grants"]],
          [(acl["Owner"]["ID"], "CanonicalUser", "FULL_CONTROL")])


CORS = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 5}]}
LIFECYCLE = {"Rules": [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "logs/"},
                        "Expiration": {"Days": 30}}]}
WEBSITE = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"}}
LOGGING = {"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "a/"}}
ENCRYPTION = {"Rules": [{"ApplyServerSideEncryptionByDefault":
                         {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "key"},
                         "BucketKeyEnabled": True}]}
NOTIFICATION = {"QueueConfigurations": [{"Id": "n", "QueueArn": "arn:aws:sqs:us-east-1:1:q",
                                         "Events": ["s3:ObjectCreated:*"]}]}
BLOCK = {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True,
         "RestrictPublicBuckets": False}
OWNERSHIP = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
TAGGING = {"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]}

# name of the calls, member of the request, value, member of the answer (None: the answer itself)
KEPT = (
    ("bucket_cors", "CORSConfiguration", CORS, None),
    ("bucket_lifecycle_configuration", "LifecycleConfiguration", LIFECYCLE, None),
    ("bucket_website", "WebsiteConfiguration", WEBSITE, None),
    ("bucket_logging", "BucketLoggingStatus", LOGGING, None),
    ("bucket_encryption", "ServerSideEncryptionConfiguration", ENCRYPTION,
     "ServerSideEncryptionConfiguration"),
    ("bucket_notification_configuration", "NotificationConfiguration", NOTIFICATION, None),
    ("public_access_block", "PublicAccessBlockConfiguration", BLOCK,
     "PublicAccessBlockConfiguration"),
    ("bucket_ownership_controls", "OwnershipControls", OWNERSHIP, "OwnershipControls"),
    ("bucket_tagging", "Tagging", TAGGING, None),
    ("bucket_request_payment", "RequestPaymentConfiguration", {"Payer": "Requester"}, None),
    ("bucket_accelerate_configuration", "AccelerateConfiguration", {"Status": "Enabled"}, None),
)


@on_shared_server
def test_what_was_said_is_kept(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    for call, member, value, answer in KEPT:
        getattr(s3, "put_" + call)(Bucket=name, **{member: value})
    for call, member, value, answer in KEPT:
        response = told(getattr(s3, "get_" + call)(Bucket=name))
        if answer is not None:
            response = response[answer]
        equal({name: response.get(name) for name in value}, value)


@on_shared_server
def test_deleted_configurations(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    s3.put_bucket_cors(Bucket=name, CORSConfiguration=CORS)
    s3.delete_bucket_cors(Bucket=name)
    fails("NoSuchCORSConfiguration", 404, s3.get_bucket_cors, Bucket=name)
    s3.delete_bucket_cors(Bucket=name)  # once more is no error
    s3.delete_public_access_block(Bucket=name)
    fails("NoSuchPublicAccessBlockConfiguration", 404, s3.get_public_access_block, Bucket=name)
    s3.delete_bucket_ownership_controls(Bucket=name)
    fails("OwnershipControlsNotFoundError", 404, s3.get_bucket_ownership_controls, Bucket=name)


@on_shared_server
def test_named_configurations(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    fails("NoSuchConfiguration", 404, s3.get_bucket_metrics_configuration, Bucket=name, Id="m")
    for i in range(3):
        s3.put_bucket_metrics_configuration(Bucket=name, Id=f"m{i}",
                                            MetricsConfiguration={"Id": f"m{i}"})
    equal(s3.get_bucket_metrics_configuration(Bucket=name, Id="m1")["MetricsConfiguration"],
          {"Id": "m1"})
    s3.delete_bucket_metrics_configuration(Bucket=name, Id="m1")
    listed = s3.list_bucket_metrics_configurations(Bucket=name)
    equal([entry["Id"] for entry in listed["MetricsConfigurationList"]], ["m0", "m2"])
    for call in ("analytics", "inventory", "intelligent_tiering"):
        listed = getattr(s3, f"list_bucket_{call}_configurations")(Bucket=name)
        equal(listed["IsTruncated"], False)


def policy(principal):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject",
                 "Resource": "arn:aws:s3:::b/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@on_shared_server
def test_policy(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    for principal, public in (("*", True), ({"AWS": "*"}, True), ({"AWS": "123456789012"}, False)):
        s3.put_bucket_policy(Bucket=name, Policy=policy(principal))
        equal(s3.get_bucket_policy(Bucket=name)["Policy"], policy(principal))
        equal(s3.get_bucket_policy_status(Bucket=name)["PolicyStatus"], {"IsPublic": public})
    fails("MalformedPolicy", 400, s3.put_bucket_policy, Bucket=name, Policy="nonsense")
    fails("MalformedPolicy", 400, s3.put_bucket_policy, Bucket=name, Policy='{"Statement": [{}]}')
    s3.delete_bucket_policy(Bucket=name)
    fails("NoSuchBucketPolicy", 404, s3.get_bucket_policy, Bucket=name)


@on_shared_server
def test_object_tags(server):
    s3 = server.client("s3")
    name = versioned_bucket(s3)
    version = s3.put_object(Bucket=name, Key="k", Body=b"", Tagging="a=1&b=%C3%BC")["VersionId"]
    response = s3.get_object_tagging(Bucket=name, Key="k")
    equal(response["TagSet"], [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "ü"}])
    equal(response["VersionId"], version)
    put = {"Bucket": name, "Key": "k"}
    s3.put_object_tagging(Tagging={"TagSet": [{"Key": "c", "Value": "3"}]}, **put)
    equal(s3.get_object_tagging(**put)["TagSet"], [{"Key": "c", "Value": "3"}])
    double = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    fails("InvalidTag", 400, s3.put_object_tagging, Tagging={"TagSet": double}, **put)
    many = [{"Key": str(i), "Value": ""} for i in range(11)]
    fails("BadRequest", 400, s3.put_object_tagging, Tagging={"TagSet": many}, **put)
    long = [{"Key": "k" * 129, "Value": ""}]
    fails("InvalidTag", 400, server.unchecked().put_object_tagging, Tagging={"TagSet": long},
          **put)
    s3.delete_object_tagging(**put)
    equal(s3.get_object_tagging(**put)["TagSet"], [])
    fails("NoSuchKey", 404, s3.get_object_tagging, Bucket=name, Key="nothing")


@on_shared_server
def test_access_control_lists(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    s3.put_object(Bucket=name, Key="k", Body=b"")
    fails("AccessControlListNotSupported", 400, s3.put_bucket_acl, Bucket=name, ACL="public-read")
    fails("AccessControlListNotSupported", 400, s3.put_object, Bucket=name, Key="k", Body=b"",
          ACL="public-read")
    s3.put_bucket_acl(Bucket=name, ACL="private")
    s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=OWNERSHIP)
    s3.put_bucket_acl(Bucket=name, ACL="public-read")
    grants = s3.get_bucket_acl(Bucket=name)["Grants"]
    equal([g["Permission"] for g in grants], ["FULL_CONTROL", "READ"])
    equal(grants[1]["Grantee"]["URI"], "http://acs.amazonaws.com/groups/global/AllUsers")
    s3.put_object_acl(Bucket=name, Key="k", ACL="authenticated-read")
    acl = s3.get_object_acl(Bucket=name, Key="k")
    equal([g["Permission"] for g in acl["Grants"]], ["FULL_CONTROL", "READ"])
    s3.put_object_acl(Bucket=name, Key="k",
                      AccessControlPolicy={"Owner": acl["Owner"], "Grants": acl["Grants"][:1]})
    equal(len(s3.get_object_acl(Bucket=name, Key="k")["Grants"]), 1)


@on_shared_server
def test_object_lock(server):
    s3 = server.client("s3")
    name = make_bucket(s3, "locked", ObjectLockEnabledForBucket=True)
    equal(s3.get_bucket_versioning(Bucket=name)["Status"], "Enabled")
    fails("InvalidBucketState", 409, s3.put_bucket_versioning, Bucket=name,
          VersioningConfiguration={"Status": "Suspended"})
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=lock)
    equal(s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"], lock)
    one = {"Bucket": name, "Key": "k",
           "VersionId": s3.put_object(Bucket=name, Key="k", Body=b"x")["VersionId"]}
    equal(s3.head_object(**one)["ObjectLockMode"], "GOVERNANCE")
    fails("AccessDenied", 403, s3.delete_object, **one)
    s3.put_object_legal_hold(LegalHold={"Status": "ON"}, **one)
    fails("AccessDenied", 403, s3.delete_object, BypassGovernanceRetention=True, **one)
    s3.put_object_legal_hold(LegalHold={"Status": "OFF"}, **one)
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=60)
    shorter = {"Mode": "GOVERNANCE", "RetainUntilDate": until}
    fails("AccessDenied", 403, s3.put_object_retention, Retention=shorter, **one)
    s3.put_object_retention(Retention=shorter, BypassGovernanceRetention=True, **one)
    s3.delete_object(BypassGovernanceRetention=True, **one)
    plain = make_bucket(s3)
    s3.put_object(Bucket=plain, Key="k", Body=b"")
    fails("InvalidRequest", 400, s3.get_object_retention, Bucket=plain, Key="k")
