"""Groups: their members and what they permit them."""

from iam_server import ACCOUNT, allow, equal, fails, policy, shared


def test_groups_and_their_members():
    server = shared()
    iam = server.iam()
    group = iam.create_group(GroupName="readers", Path="/g/")["Group"]
    equal(group["Arn"], f"arn:aws:iam::{ACCOUNT}:group/g/readers")
    keys = server.new_user("member")
    fails("AccessDenied", None, server.client("iam", keys).get_user)
    iam.add_user_to_group(GroupName="readers", UserName="member")
    iam.put_group_policy(GroupName="readers", PolicyName="p",
                         PolicyDocument=policy(allow("iam:GetUser")))
    server.client("iam", keys).get_user()
    equal([u["UserName"] for u in iam.get_group(GroupName="readers")["Users"]], ["member"])
    equal([g["GroupName"] for g in iam.list_groups_for_user(UserName="member")["Groups"]],
          ["readers"])
    equal(iam.get_group_policy(GroupName="readers", PolicyName="p")["PolicyDocument"]["Statement"],
          [allow("iam:GetUser")])
    fails("DeleteConflict", "Cannot delete entity, must delete policies first.",
          iam.delete_group, GroupName="readers")
    iam.delete_group_policy(GroupName="readers", PolicyName="p")
    fails("DeleteConflict", "Cannot delete entity, must remove users from group first.",
          iam.delete_group, GroupName="readers")
    iam.update_group(GroupName="readers", NewGroupName="renamed")
    equal([g["GroupName"] for g in iam.list_groups_for_user(UserName="member")["Groups"]],
          ["renamed"])
    iam.remove_user_from_group(GroupName="renamed", UserName="member")
    iam.delete_group(GroupName="renamed")
    fails("NoSuchEntity", "The group with name renamed cannot be found.", iam.get_group,
          GroupName="renamed")


def test_policies_attached_to_groups():
    server = shared()
    iam = server.iam()
    iam.create_group(GroupName="attached")
    arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
    iam.attach_group_policy(GroupName="attached", PolicyArn=arn)
    equal(iam.list_attached_group_policies(GroupName="attached")["AttachedPolicies"],
          [{"PolicyName": "AmazonS3FullAccess", "PolicyArn": arn}])
    equal(iam.list_entities_for_policy(PolicyArn=arn)["PolicyGroups"][0]["GroupName"], "attached")
    iam.detach_group_policy(GroupName="attached", PolicyArn=arn)
    equal(iam.list_group_policies(GroupName="attached")["PolicyNames"], [])
    iam.delete_group(GroupName="attached")
