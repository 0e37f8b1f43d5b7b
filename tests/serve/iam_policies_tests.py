"""Managed policies: the account's own, their versions and attachments, and those of AWS."""

import json
import re

from iam_server import ACCOUNT, SERVICE_TRUST, allow, equal, fails, policy, shared


def test_a_policy_and_its_versions():
    server = shared()
    iam = server.iam()
    created = iam.create_policy(
        PolicyName="versions", Path="/p/", Description="of tests",
        PolicyDocument=policy(allow("s3:*")), Tags=[{"Key": "k", "Value": "v"}],
    )["Policy"]
    arn = created["Arn"]
    equal(arn, f"arn:aws:iam::{ACCOUNT}:policy/p/versions")
    assert re.fullmatch(r"ANPA[A-Z2-7]{17}", created["PolicyId"]), created["PolicyId"]
    equal((created["DefaultVersionId"], created["AttachmentCount"]), ("v1", 0))
    found = iam.get_policy(PolicyArn=arn)["Policy"]
    equal((found["Description"], found["Tags"]), ("of tests", [{"Key": "k", "Value": "v"}]))
    for number in range(2, 6):
        version = iam.create_policy_version(
            PolicyArn=arn, PolicyDocument=policy(allow(f"s3:Get{number}")),
            SetAsDefault=number == 3,
        )["PolicyVersion"]
        equal((version["VersionId"], version["IsDefaultVersion"]), (f"v{number}", number == 3))
    fails("LimitExceeded", "A managed policy can have up to 5 versions. Before you create a new"
          " version, you must delete an existing version.", iam.create_policy_version,
          PolicyArn=arn, PolicyDocument=policy(allow("s3:*")))
    equal(iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]["Document"],
          json.loads(policy(allow("s3:Get2"))))
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    equal([v["VersionId"] for v in versions], ["v5", "v4", "v3", "v2", "v1"])
    fails("DeleteConflict", "Cannot delete the default version of a policy.",
          iam.delete_policy_version, PolicyArn=arn, VersionId="v3")
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v5")
    iam.delete_policy_version(PolicyArn=arn, VersionId="v3")
    fails("NoSuchEntity", f"Policy {arn} version v3 does not exist or is not attachable.",
          iam.get_policy_version, PolicyArn=arn, VersionId="v3")
    version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(allow("s3:*")))
    equal(version["PolicyVersion"]["VersionId"], "v6")
    assert fails("DeleteConflict", None, iam.delete_policy, PolicyArn=arn)
    for number in (1, 2, 4, 6):
        iam.delete_policy_version(PolicyArn=arn, VersionId=f"v{number}")
    iam.delete_policy(PolicyArn=arn)
    fails("NoSuchEntity", f"Policy {arn} was not found.", iam.get_policy, PolicyArn=arn)


def test_attachments():
    server = shared()
    iam = server.iam()
    arn = iam.create_policy(PolicyName="attached", PolicyDocument=policy(allow("s3:*")))
    arn = arn["Policy"]["Arn"]
    iam.create_role(RoleName="holder", AssumeRolePolicyDocument=SERVICE_TRUST)
    iam.create_user(UserName="holder")
    iam.attach_role_policy(RoleName="holder", PolicyArn=arn)
    iam.attach_role_policy(RoleName="holder", PolicyArn=arn)  # twice is as good
    iam.attach_user_policy(UserName="holder", PolicyArn=arn)
    equal(iam.list_attached_role_policies(RoleName="holder")["AttachedPolicies"],
          [{"PolicyName": "attached", "PolicyArn": arn}])
    equal(iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"], 2)
    entities = iam.list_entities_for_policy(PolicyArn=arn)
    equal([r["RoleName"] for r in entities["PolicyRoles"]], ["holder"])
    equal([u["UserName"] for u in entities["PolicyUsers"]], ["holder"])
    equal(entities["PolicyGroups"], [])
    attached = iam.list_policies(Scope="Local", OnlyAttached=True)["Policies"]
    # Other tests have attached policies of their own.
    equal([p["PolicyName"] for p in attached if not p["PolicyName"].startswith("quota")],
          ["attached"])
    fails("DeleteConflict", "Cannot delete a policy attached to entities.", iam.delete_policy,
          PolicyArn=arn)
    fails("DeleteConflict", "Cannot delete entity, must detach all policies first.",
          iam.delete_role, RoleName="holder")
    iam.detach_role_policy(RoleName="holder", PolicyArn=arn)
    fails("NoSuchEntity", f"Policy {arn} was not found.", iam.detach_role_policy,
          RoleName="holder", PolicyArn=arn)
    missing = f"arn:aws:iam::{ACCOUNT}:policy/missing"
    fails("NoSuchEntity", f"Policy {missing} does not exist or is not attachable.",
          iam.attach_role_policy, RoleName="holder", PolicyArn=missing)
    iam.detach_user_policy(UserName="holder", PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)
    iam.delete_role(RoleName="holder")
    iam.delete_user(UserName="holder")


def test_policies_of_aws():
    server = shared()
    iam = server.iam()
    arn = "arn:aws:iam::aws:policy/AmazonKinesisAnalyticsFullAccess"
    found = iam.get_policy(PolicyArn=arn)["Policy"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId=found["DefaultVersionId"])
    actions = [s["Action"] for s in version["PolicyVersion"]["Document"]["Statement"]]
    assert "kinesisanalytics:*" in actions, actions
    pages = iam.get_paginator("list_policies").paginate(
        Scope="AWS", PaginationConfig={"PageSize": 5}
    )
    names = [p["PolicyName"] for page in pages for p in page["Policies"]]
    equal(names, sorted(set(names)))
    for name in ("AdministratorAccess", "AmazonKinesisFullAccess", "AmazonS3FullAccess",
                 "CloudWatchFullAccess", "ReadOnlyAccess"):
        assert name in names, name
    fails("AccessDenied", None, iam.create_policy_version, PolicyArn=arn,
          PolicyDocument=policy(allow("*")))
    fails("AccessDenied", None, iam.delete_policy, PolicyArn=arn)


def test_malformed_policies():
    server = shared()
    iam = server.iam()
    for document, message in (
        ("nothing", "Syntax errors in policy."),
        (policy(allow("s3:*"), version="2008-10-17"),
         "Policy document must be version 2012-10-17 or greater."),
        (policy({"Effect": "Allow", "Resource": "*"}), "Policy statement must contain actions."),
        (policy({"Effect": "Allow", "Action": "s3:*"}),
         "Policy statement must contain resources."),
        (policy(allow("s3:*", "bucket")), 'Resource bucket must be in ARN format or "*".'),
    ):
        fails("MalformedPolicyDocument", message, iam.create_policy, PolicyName="malformed",
              PolicyDocument=document)
    iam.create_policy(PolicyName="twice", PolicyDocument=policy(allow("s3:*")))
    fails("EntityAlreadyExists",
          "A policy called twice already exists. Duplicate names are not allowed.",
          iam.create_policy, PolicyName="twice", Path="/other/",
          PolicyDocument=policy(allow("s3:*")))
    iam.delete_policy(PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/twice")


def test_tags_of_policies():
    server = shared()
    iam = server.iam()
    arn = iam.create_policy(PolicyName="tags", PolicyDocument=policy(allow("s3:*")))
    arn = arn["Policy"]["Arn"]
    iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}])
    iam.untag_policy(PolicyArn=arn, TagKeys=["a"])
    equal(iam.list_policy_tags(PolicyArn=arn)["Tags"], [{"Key": "c", "Value": "d"}])
    iam.delete_policy(PolicyArn=arn)


def test_the_simulator():
    server = shared()
    iam = server.iam()
    results = iam.simulate_custom_policy(
        PolicyInputList=[policy(
            allow("s3:Get*", "arn:aws:s3:::b/*",
                  Condition={"Bool": {"aws:SecureTransport": "true"}}),
            {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"},
        )],
        ActionNames=["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
        ResourceArns=["arn:aws:s3:::b/k"],
        ContextEntries=[{"ContextKeyName": "aws:SecureTransport", "ContextKeyType": "boolean",
                         "ContextKeyValues": ["true"]}],
    )["EvaluationResults"]
    equal([r["EvalDecision"] for r in results], ["allowed", "explicitDeny", "implicitDeny"])
    server.new_user("simulated", allow("kinesis:PutRecord"))
    results = iam.simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:user/simulated",
        ActionNames=["kinesis:PutRecord", "kinesis:GetRecords"],
    )["EvaluationResults"]
    equal([r["EvalDecision"] for r in results], ["allowed", "implicitDeny"])
