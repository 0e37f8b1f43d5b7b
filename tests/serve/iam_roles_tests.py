"""Roles: trust policies, inline policies, boundaries, tags."""

import json
import re

from iam_server import ACCOUNT, SERVICE_TRUST, allow, equal, fails, policy, shared, trust


def test_a_role_is_created_found_changed_and_deleted():
    server = shared()
    iam = server.iam()
    role = iam.create_role(
        RoleName="execution", Path="/service-role/", AssumeRolePolicyDocument=SERVICE_TRUST,
        Description="of an application", MaxSessionDuration=7200,
        Tags=[{"Key": "k", "Value": "v"}],
    )["Role"]
    equal(role["Arn"], f"arn:aws:iam::{ACCOUNT}:role/service-role/execution")
    assert re.fullmatch(r"AROA[A-Z2-7]{17}", role["RoleId"]), role["RoleId"]
    equal(role["AssumeRolePolicyDocument"], json.loads(SERVICE_TRUST))
    found = iam.get_role(RoleName="execution")["Role"]
    equal(found.pop("RoleLastUsed"), {})
    equal(found, role)
    equal(found["Description"], "of an application")
    equal(found["MaxSessionDuration"], 7200)
    iam.update_role(RoleName="execution", Description="changed", MaxSessionDuration=3600)
    found = iam.get_role(RoleName="execution")["Role"]
    equal((found["Description"], found["MaxSessionDuration"]), ("changed", 3600))
    changed = iam.update_role_description(RoleName="execution", Description="again")["Role"]
    equal(changed["Description"], "again")
    document = trust({"Service": ["kinesisanalytics.amazonaws.com", "ec2.amazonaws.com"]})
    iam.update_assume_role_policy(RoleName="execution", PolicyDocument=document)
    equal(iam.get_role(RoleName="execution")["Role"]["AssumeRolePolicyDocument"],
          json.loads(document))
    iam.untag_role(RoleName="execution", TagKeys=["k"])
    iam.tag_role(RoleName="execution", Tags=[{"Key": "l", "Value": ""}])
    equal(iam.list_role_tags(RoleName="execution")["Tags"], [{"Key": "l", "Value": ""}])
    equal(iam.list_instance_profiles_for_role(RoleName="execution")["InstanceProfiles"], [])
    listed = iam.list_roles(PathPrefix="/service-role/")["Roles"]
    equal([r["RoleName"] for r in listed], ["execution"])
    iam.delete_role(RoleName="execution")
    fails("NoSuchEntity", "The role with name execution cannot be found.", iam.get_role,
          RoleName="execution")


def test_inline_policies_of_roles():
    server = shared()
    iam = server.iam()
    iam.create_role(RoleName="inline", AssumeRolePolicyDocument=SERVICE_TRUST)
    document = policy(
        allow(["kinesis:Get*", "kinesis:ListShards"], "arn:aws:kinesis:*:*:stream/a b")
    )
    iam.put_role_policy(RoleName="inline", PolicyName="read", PolicyDocument=document)
    equal(iam.get_role_policy(RoleName="inline", PolicyName="read")["PolicyDocument"],
          json.loads(document))
    equal(iam.list_role_policies(RoleName="inline")["PolicyNames"], ["read"])
    fails("NoSuchEntity", "The role policy with name write cannot be found.",
          iam.get_role_policy, RoleName="inline", PolicyName="write")
    fails("DeleteConflict", "Cannot delete entity, must delete policies first.", iam.delete_role,
          RoleName="inline")
    iam.delete_role_policy(RoleName="inline", PolicyName="read")
    fails("NoSuchEntity", "The role policy with name read cannot be found.",
          iam.delete_role_policy, RoleName="inline", PolicyName="read")
    iam.delete_role(RoleName="inline")


def test_trust_policies_are_checked():
    server = shared()
    iam = server.iam()
    nobody = f"arn:aws:iam::{ACCOUNT}:user/nobody"
    for document, message in (
        ("{", "This policy contains invalid Json"),
        (policy(allow("sts:AssumeRole")), "Missing required field Principal"),
        (trust({"Service": "x.amazonaws.com"}, Resource="*"), "Has prohibited field Resource"),
        (trust({"Service": "example.com"}),
         'Invalid principal in policy: "SERVICE":"example.com"'),
        (trust({"AWS": nobody}), f'Invalid principal in policy: "AWS":"{nobody}"'),
    ):
        fails("MalformedPolicyDocument", message, iam.create_role, RoleName="wrong",
              AssumeRolePolicyDocument=document)
    fails("NoSuchEntity", "The role with name wrong cannot be found.", iam.get_role,
          RoleName="wrong")
    iam.create_role(RoleName="taken", AssumeRolePolicyDocument=SERVICE_TRUST)
    fails("EntityAlreadyExists", "Role with name TAKEN already exists.", iam.create_role,
          RoleName="TAKEN", AssumeRolePolicyDocument=SERVICE_TRUST)
    iam.delete_role(RoleName="taken")


def test_boundaries():
    server = shared()
    iam = server.iam()
    arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
    fails("NoSuchEntity", None, iam.create_role, RoleName="bound",
          AssumeRolePolicyDocument=SERVICE_TRUST,
          PermissionsBoundary="arn:aws:iam::aws:policy/NoSuchPolicy")
    iam.create_role(RoleName="bound", AssumeRolePolicyDocument=SERVICE_TRUST,
                    PermissionsBoundary=arn)
    equal(iam.get_role(RoleName="bound")["Role"]["PermissionsBoundary"],
          {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn})
    equal(iam.list_entities_for_policy(PolicyArn=arn, PolicyUsageFilter="PermissionsBoundary")
          ["PolicyRoles"][0]["RoleName"], "bound")
    iam.delete_role_permissions_boundary(RoleName="bound")
    assert "PermissionsBoundary" not in iam.get_role(RoleName="bound")["Role"]
    iam.put_role_permissions_boundary(RoleName="bound", PermissionsBoundary=arn)
    assert "PermissionsBoundary" in iam.get_role(RoleName="bound")["Role"]
    iam.delete_role(RoleName="bound")
