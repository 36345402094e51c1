"""What keeps Terraform's states is created once, corrected when it is weaker, and otherwise left alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from environments.backend import Backend
from environments.problem import Problem
from operations.failure import Failed
from operations.state import creation, kms_key, lock_table, s3_bucket
from operations.state.clients import Clients, clients
from tests.localcloud.server import Server

pytestmark = pytest.mark.server

Report = dict[str, str]


@pytest.fixture
def bootstrap(aws: Server, backend: Backend) -> Callable[[], Report]:
    """Runs it, and returns what it said of each thing."""

    def run() -> Report:
        said: Report = {}
        creation.bootstrap(backend, lambda name, became: said.update({name.split()[0]: became}))
        return said

    return run


def test_everything_is_created_and_the_next_time_it_is_there(bootstrap: Callable[[], Report]) -> None:
    assert bootstrap() == {"key": "created", "bucket": "created", "table": "created"}
    assert bootstrap() == dict.fromkeys(("key", "bucket", "table"), "already there")


def test_a_run_that_broke_off_anywhere_is_finished_by_the_next(
    aws: Server, backend: Backend, bootstrap: Callable[[], Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    kms = aws.client("kms")
    keys = len(kms.list_keys()["Keys"])
    calls = [
        (kms_key, "kms.create_alias"),
        (s3_bucket, "s3.put_bucket_tagging"),
        (s3_bucket, "s3.put_bucket_policy"),
        (lock_table, "dynamodb.update_continuous_backups"),
    ]
    for _, call in calls:
        client, method = call.split(".")

        def breaking_off(ours: Backend, client: str = client, method: str = method) -> Clients:
            made = clients(ours)

            def interrupt(**_: object) -> None:
                raise KeyboardInterrupt

            setattr(getattr(made, client), method, interrupt)
            return made

        with monkeypatch.context() as patched:
            patched.setattr(creation, "clients", breaking_off)
            with pytest.raises(KeyboardInterrupt):
                bootstrap()
    bootstrap()
    assert bootstrap() == dict.fromkeys(("key", "bucket", "table"), "already there")
    assert len(kms.list_keys()["Keys"]) == keys + 1
    bucket = aws.client("s3").get_bucket_tagging(Bucket=backend.bucket)
    assert {"Key": "ManagedBy", "Value": "holdfast"} in bucket["TagSet"]


def test_what_cannot_be_used_is_found_before_anything_is_created(
    aws: Server, backend: Backend, bootstrap: Callable[[], Report]
) -> None:
    aws.client("dynamodb").create_table(
        TableName=backend.dynamodb_table,
        AttributeDefinitions=[{"AttributeName": "citizen", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "citizen", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    with pytest.raises(Problem, match="cannot hold Terraform's locks"):
        bootstrap()
    assert backend.bucket not in [found["Name"] for found in aws.client("s3").list_buckets()["Buckets"]]
    aliases = aws.client("kms").list_aliases()["Aliases"]
    assert backend.kms_key_id not in [found["AliasName"] for found in aliases]


def test_what_aws_refuses_is_a_failure(
    aws: Server, bootstrap: Callable[[], Report], monkeypatch: pytest.MonkeyPatch
) -> None:

    def with_a_wrong_region(ours: Backend) -> Clients:
        made = clients(ours)
        create = made.s3.create_bucket
        made.s3.create_bucket = lambda **settings: create(  # type: ignore[method-assign]
            **{**settings, "CreateBucketConfiguration": {"LocationConstraint": "nowhere"}}
        )
        return made

    monkeypatch.setattr(creation, "clients", with_a_wrong_region)
    with pytest.raises(Failed, match=r"AWS refused: .*CreateBucket"):
        bootstrap()
