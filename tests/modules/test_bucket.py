from __future__ import annotations

import pytest
from cdktf import TerraformStack
from pydantic import ValidationError

from modules.aws.role import Role
from modules.bucket.bucket import LoggedBucket
from modules.bucket.settings import AgeSettings
from modules.export.settings import ExportSettings
from tests.modules.site import Site
from tests.template import Resource, Template, statements


def _template(*, keep: bool = True, **age: object) -> Template:
    def build(stack: TerraformStack) -> None:
        site = Site(stack)
        made = LoggedBucket(
            stack,
            "exports",
            name="rds-backups-test",
            account=site.account,
            key=site.keys.exports,
            age=AgeSettings.model_validate(age),
            topic=site.topic,
            keep=keep,
        )
        role = Role(
            stack,
            "writer",
            name="writer",
            service="export.rds.amazonaws.com",
            account=site.account,
            description="writes",
        )
        made.bucket.grant_export(role)

    return Template.of(build)


@pytest.fixture(scope="module")
def bucket() -> Template:
    return _template()


def _rules(template: Template, which: str = "data") -> dict[str, Resource]:
    found = template.one("aws_s3_bucket_lifecycle_configuration", f"{which}/lifecycle")["rule"]
    return {rule["id"]: rule for rule in found}


def test_there_are_the_data_and_the_log_of_requests(bucket: Template) -> None:
    assert [one["bucket"] for one in bucket.all("aws_s3_bucket")] == [
        "rds-backups-test",
        "rds-backups-test-logs",
    ]
    logging = bucket.one("aws_s3_bucket_logging")
    assert bucket.address("aws_s3_bucket", "logs/bucket") in logging["target_bucket"]
    assert logging["target_prefix"] == "data/"
    assert bucket.address("aws_s3_bucket_policy", "logs/policy") in logging["depends_on"]


@pytest.mark.parametrize("which", ["data", "logs"])
def test_nobody_gets_in_without_tls_or_from_outside(bucket: Template, which: str) -> None:
    block = bucket.one("aws_s3_bucket_public_access_block", f"{which}/private")
    assert all(
        block[name]
        for name in (
            "block_public_acls",
            "block_public_policy",
            "ignore_public_acls",
            "restrict_public_buckets",
        )
    )
    policy = statements(bucket.one("aws_s3_bucket_policy", f"{which}/policy")["policy"])
    assert policy["DenyPlainText"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert policy["DenyPlainText"]["Action"] == "s3:*"
    assert bucket.one("aws_s3_bucket_versioning", f"{which}/versions")["versioning_configuration"] == {
        "status": "Enabled"
    }
    controls = bucket.one("aws_s3_bucket_ownership_controls", f"{which}/no-acls")
    assert controls["rule"] == {"object_ownership": "BucketOwnerEnforced"}


def test_the_data_have_our_key_and_the_log_the_one_that_s3_can_use(bucket: Template) -> None:
    def encryption(which: str) -> Resource:
        (rule,) = bucket.one("aws_s3_bucket_server_side_encryption_configuration", f"{which}/encryption")[
            "rule"
        ]
        return dict(rule["apply_server_side_encryption_by_default"])

    assert encryption("data")["sse_algorithm"] == "aws:kms"
    assert bucket.address("aws_kms_key", "keys/s3/key") in encryption("data")["kms_master_key_id"]
    assert encryption("logs") == {"sse_algorithm": "AES256"}


def test_s3_alone_writes_the_log_and_for_this_bucket_only(bucket: Template) -> None:
    deliver = statements(bucket.one("aws_s3_bucket_policy", "logs/policy")["policy"])["DeliverLogs"]
    assert deliver["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert bucket.address("aws_s3_bucket", "data/bucket") in deliver["Condition"]["ArnLike"]["aws:SourceArn"]
    assert deliver["Condition"]["StringEquals"]["aws:SourceAccount"]


@pytest.mark.parametrize("which", ["data", "logs"])
def test_somebody_hears_of_what_is_deleted(bucket: Template, which: str) -> None:
    found = bucket.one("aws_s3_bucket_notification", f"{which}/deletions")
    (told,) = found["topic"]
    assert told["events"] == ["s3:ObjectRemoved:*"]
    assert bucket.address("aws_sns_topic", "topic/topic") in told["topic_arn"]
    assert found["depends_on"] == [bucket.address("aws_sns_topic_policy", "topic/policy")]


def test_s3_publishes_for_these_buckets_only_and_uses_the_key_for_nothing_else(bucket: Template) -> None:
    policy = statements(bucket.one("aws_sns_topic_policy")["policy"])["BucketEvents"]
    assert policy["Principal"] == {"Service": "s3.amazonaws.com"}
    assert policy["Condition"]["ArnLike"]["aws:SourceArn"] == [
        f"${{{bucket.address('aws_s3_bucket', f'{which}/bucket')}.arn}}" for which in ("data", "logs")
    ]
    use = statements(bucket.one("aws_kms_key", "key/key")["policy"])["BucketEventsToDrAlertsTest"]
    assert use["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert policy["Condition"]["StringEquals"]["aws:SourceAccount"]
    (topic,) = use["Condition"]["StringEquals"].values()
    assert topic.endswith(":dr-alerts-test")


def test_c26_objects_age_as_required(bucket: Template) -> None:
    rules = _rules(bucket)
    assert rules["age"]["transition"] == [
        {"days": 30, "storage_class": "STANDARD_IA"},
        {"days": 90, "storage_class": "GLACIER"},
        {"days": 365, "storage_class": "DEEP_ARCHIVE"},
    ]
    assert rules["age"]["expiration"] == [{"days": 2555}]
    assert all(rule["status"] == "Enabled" and rule["filter"] == [{"prefix": ""}] for rule in rules.values())


def test_what_is_left_over_goes(bucket: Template) -> None:
    rules = _rules(bucket)
    assert rules["old-versions"]["noncurrent_version_expiration"] == [{"noncurrent_days": 90}]
    assert rules["markers"]["expiration"] == [{"expired_object_delete_marker": True}]
    assert rules["unfinished-uploads"]["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 7}]
    assert _rules(bucket, "logs")["delete"]["expiration"] == [{"days": 365}]


def test_a_bucket_that_is_kept_is_not_emptied(bucket: Template) -> None:
    assert not any(one["force_destroy"] for one in bucket.all("aws_s3_bucket"))
    assert all(one["force_destroy"] for one in _template(keep=False).all("aws_s3_bucket"))


def test_whoever_exports_reaches_this_bucket_and_key_only(bucket: Template) -> None:
    granted = statements(bucket.one("aws_iam_policy", "writer/policy")["policy"])
    data = bucket.address("aws_s3_bucket", "data/bucket")
    assert granted["FindBucket"]["Resource"] == f"${{{data}.arn}}"
    assert granted["WriteObjects"]["Resource"] == f"${{{data}.arn}}/*"
    assert "*" not in {granted["EncryptObjects"]["Resource"]}


@pytest.mark.parametrize(
    ("age", "message"),
    [
        ({"infrequent_access_after_days": 29}, "greater than or equal to 30"),
        ({"glacier_after_days": 59}, r"\[C26\]"),
        ({"deep_archive_after_days": 90}, "more than 90"),
        ({"delete_after_days": 365}, "more than 365"),
        ({"old_versions_days": 0}, "greater than or equal to 1"),
    ],
)
def test_ages_that_s3_would_refuse(age: dict[str, int], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        AgeSettings.model_validate(age)


@pytest.mark.parametrize("name", ["Backups", "a", "-backups", "backups-", "a--b", "x" * 59, "10.0.0.1"])
def test_names_that_s3_would_refuse(name: str) -> None:
    with pytest.raises(ValidationError, match="cannot be the name of a bucket"):
        ExportSettings(bucket_name=name)
