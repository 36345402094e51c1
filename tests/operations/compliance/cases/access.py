"""Cases of identities, keys, secrets and messages."""

from __future__ import annotations

from tests.operations.compliance.cases.making import (
    EVERYONE,
    GONE,
    KEY,
    NOT_OTHERS,
    TLS,
    TOPIC,
    Case,
    allow,
    attached,
    case,
    granted,
    one,
    policy,
    rotated,
)

CASES: dict[str, Case] = {
    "identities.assumed_by_somebody": one(
        "aws_iam_role",
        {"assume_role_policy": policy({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"})},
        assume_role_policy=policy(
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ),
    ),
    "identities.no_administration": granted(allow("*", "*")),
    "identities.no_decryption_with_all_keys": granted(allow("kms:Decrypt", "*")),
    "identities.no_inline_decryption_with_all_keys": granted(allow("kms:De*", "*"), "aws_iam_role_policy"),
    "identities.no_inline_policy": case(
        {"aws_iam_role": {"r": {"name": "r"}}},
        {"aws_iam_role_policy.p": {"role": "${aws_iam_role.r.id}", "policy": policy(allow("s3:GetObject"))}},
    ),
    "identities.no_whole_service": granted(allow("s3:*")),
    "identities.no_wildcard_action": granted(allow("s3:Get*")),
    "identities.no_wildcard_resource": granted(allow("s3:GetObject", "*")),
    "keys.deleted_late": one("aws_kms_key", {"deletion_window_in_days": 7}, deletion_window_in_days=30),
    "keys.private": one("aws_kms_key", {"policy": policy(EVERYONE)}, policy=policy(TLS)),
    "keys.rotated": one("aws_kms_key", {"enable_key_rotation": False}, enable_key_rotation=True),
    "messages.delivery_logged": one(
        "aws_sns_topic",
        {"sqs_failure_feedback_role_arn": GONE},
        sqs_failure_feedback_role_arn="${aws_iam_role.r.arn}",
    ),
    "messages.queue_encrypted": one("aws_sqs_queue", {"sqs_managed_sse_enabled": False}),
    "messages.queue_tls_only": attached(
        "aws_sqs_queue", "aws_sqs_queue_policy", "queue_url", attribute="url"
    ),
    "messages.topic_encrypted": one("aws_sns_topic", {"kms_master_key_id": GONE}, kms_master_key_id=KEY),
    "messages.topic_private": attached(
        "aws_sns_topic", "aws_sns_topic_policy", "arn", policy(EVERYONE), "arn"
    ),
    "messages.topic_tls_only": attached("aws_sns_topic", "aws_sns_topic_policy", "arn", attribute="arn"),
    "secrets.own_key": one("aws_secretsmanager_secret", {"kms_key_id": GONE}, kms_key_id=KEY),
    "secrets.policies_block_the_public": one(
        "aws_secretsmanager_secret_policy", {"block_public_policy": False}, block_public_policy=True
    ),
    "secrets.rotated": case(
        {
            "aws_secretsmanager_secret_rotation": {
                "r": {"secret_id": "${data.aws_secretsmanager_secret.s.id}", "rotation_rules": {}}
            }
        },
        {"aws_secretsmanager_secret_rotation.r": GONE},
        data={"aws_secretsmanager_secret": {"s": {"name": "there-before"}}},
    ),
    "secrets.rotated_in_30_days": rotated(30),
    "secrets.rotated_in_90_days": rotated(90),
    "secrets.tls_only": attached(
        "aws_secretsmanager_secret", "aws_secretsmanager_secret_policy", "secret_arn", attribute="arn"
    ),
    "identities.network_not_for_code": granted(
        allow("ec2:CreateNetworkInterface", "*"),
        good=policy(
            allow("ec2:CreateNetworkInterface", "*"),
            {
                "Effect": "Deny",
                "Action": "ec2:CreateNetworkInterface",
                "Resource": "*",
                "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": "arn:aws:lambda:x:y:function:f"}},
            },
        ),
    ),
    "keys.rotated_yearly": one("aws_kms_key", {"rotation_period_in_days": 400}, rotation_period_in_days=365),
    "messages.dead_letters_kept": case(
        {
            "aws_sqs_queue": {"q": {"message_retention_seconds": 1209600}},
            "aws_lambda_function": {"f": {"dead_letter_config": {"target_arn": "${aws_sqs_queue.q.arn}"}}},
        },
        {"aws_sqs_queue.q": {"message_retention_seconds": 345600}},
    ),
    "messages.every_delivery_logged": one(
        "aws_sns_topic",
        {"http_failure_feedback_role_arn": GONE},
        **{
            f"{protocol}_{outcome}_feedback_role_arn": "${aws_iam_role.r.arn}"
            for protocol in ("application", "firehose", "http", "lambda", "sqs")
            for outcome in ("failure", "success")
        },
    ),
    "messages.queue_has_own_key": one("aws_sqs_queue", {"kms_master_key_id": GONE}, kms_master_key_id=KEY),
    "messages.topic_heard": case(
        {
            "aws_sns_topic": {"t": {"name": "t"}},
            "aws_sns_topic_subscription": {"s": {"topic_arn": TOPIC, "protocol": "email"}},
        },
        {"aws_sns_topic_subscription.s": GONE},
    ),
    "secrets.closed_to_others": attached(
        "aws_secretsmanager_secret",
        "aws_secretsmanager_secret_policy",
        "secret_arn",
        attribute="arn",
        good=policy(NOT_OTHERS),
    ),
    "secrets.recoverable": one("aws_secretsmanager_secret", {"recovery_window_in_days": 0}),
}
