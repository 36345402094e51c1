"""AWS Backup: each gap in moto is told apart from what we fill."""

from __future__ import annotations

import json
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.server import Server

pytestmark = pytest.mark.server

Check = Callable[[Server], None]

TOPIC = "arn:aws:sns:eu-central-2:123456789012:alerts"
ROLE = "arn:aws:iam::123456789012:role/backup"
KEY = "arn:aws:kms:eu-central-2:123456789012:key/00000000-0000-0000-0000-000000000000"


def new_name(kind: str) -> str:
    return f"{kind}-{uuid.uuid4().hex[:8]}"


def vault(server: Server, **settings: Any) -> str:
    name = new_name("vault")
    server.client("backup").create_backup_vault(BackupVaultName=name, EncryptionKeyArn=KEY, **settings)
    return name


def document(name: str, *, days: int = 35) -> dict[str, Any]:
    rule = {"RuleName": "daily", "TargetBackupVaultName": "v", "Lifecycle": {"DeleteAfterDays": days}}
    return {"BackupPlanName": name, "Rules": [rule]}


def plan(server: Server, name: str | None = None) -> str:
    made = server.client("backup").create_backup_plan(BackupPlan=document(name or new_name("plan")))
    return str(made["BackupPlanId"])


def selection(server: Server, of: str) -> str:
    made = server.client("backup").create_backup_selection(
        BackupPlanId=of,
        BackupSelection={"SelectionName": "databases", "IamRoleArn": ROLE, "Resources": ["arn:aws:rds:*"]},
        CreatorRequestId="request",
    )
    assert made["BackupPlanId"] == of
    return str(made["SelectionId"])


def an_access_policy_is_kept_until_it_is_deleted(server: Server) -> None:
    backup, name, policy = server.client("backup"), vault(server), '{"Statement": []}'
    backup.put_backup_vault_access_policy(BackupVaultName=name, Policy=policy)
    found = backup.get_backup_vault_access_policy(BackupVaultName=name)
    assert (found["BackupVaultName"], found["Policy"]) == (name, policy)
    assert found["BackupVaultArn"].endswith(f":backup-vault:{name}")
    backup.delete_backup_vault_access_policy(BackupVaultName=name)
    with pytest.raises(ClientError, match="no access policy"):
        backup.get_backup_vault_access_policy(BackupVaultName=name)


def notifications_are_kept_until_they_are_deleted(server: Server) -> None:
    backup, name, events = server.client("backup"), vault(server), ["BACKUP_JOB_FAILED"]
    backup.put_backup_vault_notifications(BackupVaultName=name, SNSTopicArn=TOPIC, BackupVaultEvents=events)
    found = backup.get_backup_vault_notifications(BackupVaultName=name)
    assert (found["SNSTopicArn"], found["BackupVaultEvents"]) == (TOPIC, events)
    backup.delete_backup_vault_notifications(BackupVaultName=name)
    with pytest.raises(ClientError, match="no notifications"):
        backup.get_backup_vault_notifications(BackupVaultName=name)


def a_vault_has_no_recovery_points(server: Server) -> None:
    answer = server.client("backup").list_recovery_points_by_backup_vault(BackupVaultName=vault(server))
    assert answer["RecoveryPoints"] == []


def a_vault_tells_its_type_and_state(server: Server) -> None:
    found = server.client("backup").describe_backup_vault(BackupVaultName=vault(server))
    assert (found.get("VaultType"), found.get("VaultState")) == ("BACKUP_VAULT", "AVAILABLE")


def a_new_vault_has_no_tags_of_an_old_one(server: Server) -> None:
    backup, name = server.client("backup"), vault(server, BackupVaultTags={"Project": "old"})
    backup.delete_backup_vault(BackupVaultName=name)
    arn = backup.create_backup_vault(BackupVaultName=name, EncryptionKeyArn=KEY)["BackupVaultArn"]
    assert backup.list_tags(ResourceArn=arn)["Tags"] == {}


def tags_are_listed_without_a_slash_at_the_end(server: Server) -> None:
    name = vault(server, BackupVaultTags={"Project": "citizen-data"})
    arn = server.client("backup").describe_backup_vault(BackupVaultName=name)["BackupVaultArn"]
    scope = "Credential=local/20260101/eu-central-2/backup/aws4_request"
    request = urllib.request.Request(
        f"{server.endpoint}/tags/{arn.replace(':', '%3A')}",
        headers={"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert json.load(answer)["Tags"] == {"Project": "citizen-data"}


def a_plan_can_be_changed(server: Server) -> None:
    backup, name = server.client("backup"), new_name("plan")
    made = backup.create_backup_plan(BackupPlan=document(name))
    changed = backup.update_backup_plan(BackupPlanId=made["BackupPlanId"], BackupPlan=document(name, days=90))
    assert changed["BackupPlanArn"] == made["BackupPlanArn"]
    assert changed["VersionId"] != made["VersionId"]
    found = backup.get_backup_plan(BackupPlanId=made["BackupPlanId"])
    assert found["VersionId"] == changed["VersionId"]
    (rule,) = found["BackupPlan"]["Rules"]
    assert rule["Lifecycle"] == {"DeleteAfterDays": 90}
    assert rule["StartWindowMinutes"] == 480


def a_deleted_plan_is_gone(server: Server) -> None:
    backup, made = server.client("backup"), plan(server)
    backup.delete_backup_plan(BackupPlanId=made)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        backup.get_backup_plan(BackupPlanId=made)


def the_name_of_a_deleted_plan_can_be_used_again(server: Server) -> None:
    name = new_name("plan")
    server.client("backup").delete_backup_plan(BackupPlanId=plan(server, name))
    plan(server, name)


def a_selection_is_kept_until_it_is_deleted(server: Server) -> None:
    backup, of = server.client("backup"), plan(server)
    made = selection(server, of)
    found = backup.get_backup_selection(BackupPlanId=of, SelectionId=made)
    assert found["BackupSelection"]["Resources"] == ["arn:aws:rds:*"]
    assert found["CreatorRequestId"] == "request"
    (listed,) = backup.list_backup_selections(BackupPlanId=of)["BackupSelectionsList"]
    assert (listed["SelectionId"], listed["SelectionName"], listed["IamRoleArn"]) == (made, "databases", ROLE)
    backup.delete_backup_selection(BackupPlanId=of, SelectionId=made)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        backup.get_backup_selection(BackupPlanId=of, SelectionId=made)


def a_plan_with_selections_is_not_deleted(server: Server) -> None:
    backup, of = server.client("backup"), plan(server)
    made = selection(server, of)
    with pytest.raises(ClientError, match="selections must be deleted"):
        backup.delete_backup_plan(BackupPlanId=of)
    backup.delete_backup_selection(BackupPlanId=of, SelectionId=made)
    backup.delete_backup_plan(BackupPlanId=of)


GAPS: list[Check] = [
    an_access_policy_is_kept_until_it_is_deleted,
    notifications_are_kept_until_they_are_deleted,
    a_vault_has_no_recovery_points,
    a_vault_tells_its_type_and_state,
    a_new_vault_has_no_tags_of_an_old_one,
    tags_are_listed_without_a_slash_at_the_end,
    a_plan_can_be_changed,
    a_deleted_plan_is_gone,
    the_name_of_a_deleted_plan_can_be_used_again,
    a_selection_is_kept_until_it_is_deleted,
    a_plan_with_selections_is_not_deleted,
]


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_filled(check: Check, local_aws: Server) -> None:
    check(local_aws)


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_still_missing_in_moto(check: Check, plain_moto: Server) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception, ClientError, OSError)):
        check(plain_moto)


def test_what_belongs_to_no_vault_or_plan_is_not_found(local_aws: Server) -> None:
    backup = local_aws.client("backup")
    for call, settings in (
        (backup.get_backup_vault_access_policy, {"BackupVaultName": "none"}),
        (backup.get_backup_vault_notifications, {"BackupVaultName": "none"}),
        (backup.update_backup_plan, {"BackupPlanId": "none", "BackupPlan": document("none")}),
        (backup.list_backup_selections, {"BackupPlanId": "none"}),
    ):
        with pytest.raises(ClientError, match="ResourceNotFound"):
            call(**settings)


def test_deleted_plans_are_listed_when_asked_for(local_aws: Server) -> None:
    backup, made = local_aws.client("backup"), plan(local_aws)
    version = backup.delete_backup_plan(BackupPlanId=made)["VersionId"]

    def listed(**settings: bool) -> bool:
        plans = backup.list_backup_plans(**settings)["BackupPlansList"]
        return made in {one["BackupPlanId"] for one in plans}

    assert not listed()
    assert not listed(IncludeDeleted=False)
    assert listed(IncludeDeleted=True)
    assert "DeletionDate" in backup.get_backup_plan(BackupPlanId=made, VersionId=version)
