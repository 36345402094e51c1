"""S3: each deletion is told, also those of which moto says nothing."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.server import REGION, Server

pytestmark = pytest.mark.server

MARKED, GONE = "ObjectRemoved:DeleteMarkerCreated", "ObjectRemoved:Delete"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A bucket that keeps versions, and a queue behind the topic that hears of deletions."""

    server: Server
    bucket: str
    queue: str

    def put(self, key: str) -> str:
        return str(self.server.client("s3").put_object(Bucket=self.bucket, Key=key, Body=b"1")["VersionId"])

    def delete(self, key: str, version: str | None = None) -> str:
        named = {"VersionId": version} if version else {}
        answer = self.server.client("s3").delete_object(Bucket=self.bucket, Key=key, **named)
        return str(answer["VersionId"])

    def events(self) -> list[tuple[str, str]]:
        sqs = self.server.client("sqs")
        found: list[tuple[str, str]] = []
        while messages := sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                records = json.loads(json.loads(message["Body"])["Message"]).get("Records", [])
                found.extend((one["eventName"], one["s3"]["object"]["key"]) for one in records)
        return found


def heard(server: Server) -> Heard:
    s3, sns, sqs = server.client("s3"), server.client("sns"), server.client("sqs")
    name = f"b-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    topic, queue = sns.create_topic(Name=name)["TopicArn"], sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    s3.put_bucket_notification_configuration(
        Bucket=name,
        NotificationConfiguration={
            "TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectRemoved:*"]}]
        },
    )
    return Heard(server=server, bucket=name, queue=queue)


def a_delete_marker_is_told(server: Server) -> None:
    there = heard(server)
    there.put("one")
    there.delete("one")
    assert there.events() == [(MARKED, "one")]


def a_version_that_is_not_the_last_is_told(server: Server) -> None:
    there = heard(server)
    old, _ = there.put("one"), there.put("one")
    there.delete("one", old)
    assert there.events() == [(GONE, "one")]


def a_marker_that_is_the_last_version_is_told(server: Server) -> None:
    there = heard(server)
    version = there.put("one")
    marker = there.delete("one")
    there.delete("one", version)
    there.delete("one", marker)
    assert there.events() == [(MARKED, "one"), (GONE, "one"), (GONE, "one")]


GAPS: list[Callable[[Server], None]] = [
    a_delete_marker_is_told,
    a_version_that_is_not_the_last_is_told,
    a_marker_that_is_the_last_version_is_told,
]


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_filled(check: Callable[[Server], None], local_aws: Server) -> None:
    check(local_aws)


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_still_missing_in_moto(check: Callable[[Server], None], plain_moto: Server) -> None:
    with pytest.raises((AssertionError, ClientError)):
        check(plain_moto)


def test_the_last_version_is_told_once(local_aws: Server) -> None:
    there = heard(local_aws)
    there.delete("one", there.put("one"))
    assert there.events() == [(GONE, "one")]


def test_what_is_not_there_is_not_told(local_aws: Server) -> None:
    there = heard(local_aws)
    local_aws.client("s3").delete_object(Bucket=there.bucket, Key="never")
    assert there.events() == []
