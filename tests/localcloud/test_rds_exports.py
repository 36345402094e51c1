"""An exported snapshot arrives in its bucket."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.server import Server
from tests.localcloud.test_rds import create

pytestmark = pytest.mark.server


def export(server: Server, bucket: str) -> dict[str, Any]:
    database = create(server)["DBInstanceIdentifier"]
    rds, name = server.client("rds"), f"snapshot-{uuid.uuid4().hex[:8]}"
    made = rds.create_db_snapshot(DBInstanceIdentifier=database, DBSnapshotIdentifier=name)["DBSnapshot"]
    rds.start_export_task(
        ExportTaskIdentifier=f"{name}-export",
        SourceArn=made["DBSnapshotArn"],
        S3BucketName=bucket,
        S3Prefix="it",
        IamRoleArn="arn:aws:iam::123456789012:role/writer",
        KmsKeyId="arn:aws:kms:eu-central-2:123456789012:key/one",
    )
    (task,) = rds.describe_export_tasks(ExportTaskIdentifier=f"{name}-export")["ExportTasks"]
    return dict(task)


def bucket_in(server: Server) -> str:
    name = f"backups-{uuid.uuid4().hex[:8]}"
    server.client("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-2"}
    )
    return name


def test_it_describes_itself_in_the_bucket(local_aws: Server) -> None:
    bucket = bucket_in(local_aws)
    task = export(local_aws, bucket)
    assert (task["Status"], task["PercentProgress"]) == ("COMPLETE", 100)
    assert task["SnapshotTime"] <= task["TaskEndTime"]
    name = task["ExportTaskIdentifier"]
    body = local_aws.client("s3").get_object(Bucket=bucket, Key=f"it/{name}/export_info_{name}.json")["Body"]
    assert json.loads(body.read())["sourceArn"] == task["SourceArn"]


def test_a_bucket_that_is_not_there_is_refused(local_aws: Server) -> None:
    with pytest.raises(ClientError) as caught:
        export(local_aws, "no-such-bucket-anywhere")
    assert caught.value.response["Error"]["Code"] == "InvalidS3BucketFault"


def test_plain_moto_writes_nothing(plain_moto: Server) -> None:
    bucket = bucket_in(plain_moto)
    task = export(plain_moto, bucket)
    assert task["Status"] != "COMPLETE"
    assert "Contents" not in plain_moto.client("s3").list_objects_v2(Bucket=bucket)
