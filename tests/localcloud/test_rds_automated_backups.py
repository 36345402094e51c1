"""Automated backups in a second region: started, answered on both sides, stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from tests.localcloud.server import Server
from tests.localcloud.test_rds import create, describe

pytestmark = pytest.mark.server

SECOND = "eu-central-1"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/one"


def start(server: Server, source: dict[str, Any]) -> dict[str, Any]:
    made = server.client("rds", SECOND).start_db_instance_automated_backups_replication(
        SourceDBInstanceArn=source["DBInstanceArn"], BackupRetentionPeriod=14, KmsKeyId=KEY
    )
    return dict(made["DBInstanceAutomatedBackup"])


def test_both_regions_answer_with_it(local_aws: Server) -> None:
    source = create(local_aws)
    arn = start(local_aws, source)["DBInstanceAutomatedBackupsArn"]
    (found,) = local_aws.client("rds", SECOND).describe_db_instance_automated_backups(
        DBInstanceAutomatedBackupsArn=arn
    )["DBInstanceAutomatedBackups"]
    assert (found["Status"], found["BackupRetentionPeriod"], found["KmsKeyId"]) == ("replicating", 14, KEY)
    assert (found["DBInstanceArn"], found["Region"]) == (source["DBInstanceArn"], "eu-central-2")
    named = describe(local_aws, source["DBInstanceIdentifier"])["DBInstanceAutomatedBackupsReplications"]
    assert named == [{"DBInstanceAutomatedBackupsArn": arn}]


def test_what_is_stopped_is_gone_on_both_sides(local_aws: Server) -> None:
    source, rds = create(local_aws), local_aws.client("rds", SECOND)
    arn = start(local_aws, source)["DBInstanceAutomatedBackupsArn"]
    rds.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=source["DBInstanceArn"])
    assert not describe(local_aws, source["DBInstanceIdentifier"]).get(
        "DBInstanceAutomatedBackupsReplications"
    )
    calls: list[Callable[[], Any]] = [
        lambda: rds.describe_db_instance_automated_backups(DBInstanceAutomatedBackupsArn=arn),
        lambda: rds.stop_db_instance_automated_backups_replication(
            SourceDBInstanceArn=source["DBInstanceArn"]
        ),
    ]
    for again in calls:
        with pytest.raises(ClientError, match="DBInstanceAutomatedBackupNotFound"):
            again()


def test_the_instances_own_are_still_answered(local_aws: Server) -> None:
    name = create(local_aws)["DBInstanceIdentifier"]
    (own,) = local_aws.client("rds").describe_db_instance_automated_backups(DBInstanceIdentifier=name)[
        "DBInstanceAutomatedBackups"
    ]
    assert own["DBInstanceIdentifier"] == name


def test_still_missing_in_moto(plain_moto: Server) -> None:
    with pytest.raises((ClientError, ResponseParserError)):
        start(plain_moto, create(plain_moto))
