"""Quotas."""

from iam_server import SERVICE_TRUST, allow, equal, fails, policy, shared


def test_sizes_of_policies():
    server = shared()
    iam = server.iam()
    iam.create_role(RoleName="large", AssumeRolePolicyDocument=SERVICE_TRUST)
    many = [f"arn:aws:s3:::bucket{i:06}/*" for i in range(250)]
    fails("LimitExceeded", "Cannot exceed quota for PolicySize: 6144", iam.create_policy,
          PolicyName="large", PolicyDocument=policy(allow("s3:*", many)))
    iam.put_role_policy(RoleName="large", PolicyName="a",
                        PolicyDocument=policy(allow("s3:*", many)))
    fails("LimitExceeded", "Maximum policy size of 10240 bytes exceeded for role large",
          iam.put_role_policy, RoleName="large", PolicyName="b",
          PolicyDocument=policy(allow("s3:*", many)))
    equal(iam.list_role_policies(RoleName="large")["PolicyNames"], ["a"])
    iam.create_user(UserName="large")
    fails("LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user large",
          iam.put_user_policy, UserName="large", PolicyName="a",
          PolicyDocument=policy(allow("s3:*", many)))


def test_attached_policies_of_a_role():
    server = shared()
    iam = server.iam()
    iam.create_role(RoleName="attached", AssumeRolePolicyDocument=SERVICE_TRUST)
    for number in range(11):
        arn = iam.create_policy(PolicyName=f"quota{number}",
                                PolicyDocument=policy(allow("s3:*")))["Policy"]["Arn"]
        if number < 10:
            iam.attach_role_policy(RoleName="attached", PolicyArn=arn)
    fails("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10", iam.attach_role_policy,
          RoleName="attached", PolicyArn=arn)
