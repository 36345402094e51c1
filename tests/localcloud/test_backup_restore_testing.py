"""Restore testing: plans and selections are kept, changed and deleted as in AWS."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.server import Server
from tests.localcloud.test_backup import ROLE

pytestmark = pytest.mark.server

DATABASE = "arn:aws:rds:eu-central-2:123456789012:db:it"


def plan(server: Server, **settings: Any) -> str:
    name = f"plan_{uuid.uuid4().hex[:8]}"
    server.client("backup").create_restore_testing_plan(
        RestoreTestingPlan={
            "RestoreTestingPlanName": name,
            "ScheduleExpression": "cron(0 6 ? * 1 *)",
            "RecoveryPointSelection": {
                "Algorithm": "LATEST_WITHIN_WINDOW",
                "IncludeVaults": ["*"],
                "RecoveryPointTypes": ["SNAPSHOT"],
            },
            **settings,
        },
        Tags={"Project": "it"},
    )
    return name


def selection(server: Server, of: str) -> None:
    server.client("backup").create_restore_testing_selection(
        RestoreTestingPlanName=of,
        RestoreTestingSelection={
            "RestoreTestingSelectionName": "database",
            "IamRoleArn": ROLE,
            "ProtectedResourceType": "RDS",
            "ProtectedResourceArns": [DATABASE],
            "RestoreMetadataOverrides": {"dbSubnetGroupName": "isolated"},
        },
    )


def a_plan_is_kept_with_its_tags(server: Server) -> None:
    name = plan(server, StartWindowHours=8)
    found = server.client("backup").get_restore_testing_plan(RestoreTestingPlanName=name)[
        "RestoreTestingPlan"
    ]
    assert (found["ScheduleExpression"], found["StartWindowHours"]) == ("cron(0 6 ? * 1 *)", 8)
    assert found["ScheduleExpressionTimezone"] == "Etc/UTC"
    tags = server.client("backup").list_tags(ResourceArn=found["RestoreTestingPlanArn"])["Tags"]
    assert tags == {"Project": "it"}


def a_plan_changes_and_goes(server: Server) -> None:
    backup, name = server.client("backup"), plan(server)
    backup.update_restore_testing_plan(
        RestoreTestingPlanName=name, RestoreTestingPlan={"ScheduleExpression": "cron(0 7 ? * 1 *)"}
    )
    found = backup.get_restore_testing_plan(RestoreTestingPlanName=name)["RestoreTestingPlan"]
    assert found["ScheduleExpression"] == "cron(0 7 ? * 1 *)"
    listed = backup.list_restore_testing_plans()["RestoreTestingPlans"]
    assert name in {one["RestoreTestingPlanName"] for one in listed}
    backup.delete_restore_testing_plan(RestoreTestingPlanName=name)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.get_restore_testing_plan(RestoreTestingPlanName=name)


def a_selection_belongs_to_its_plan(server: Server) -> None:
    backup, name = server.client("backup"), plan(server)
    selection(server, name)
    where = {"RestoreTestingPlanName": name, "RestoreTestingSelectionName": "database"}
    found = backup.get_restore_testing_selection(**where)["RestoreTestingSelection"]
    assert found["ProtectedResourceArns"] == [DATABASE]
    assert found["RestoreMetadataOverrides"] == {"dbSubnetGroupName": "isolated"}
    backup.update_restore_testing_selection(
        **where, RestoreTestingSelection={"IamRoleArn": ROLE, "ValidationWindowHours": 4}
    )
    assert (
        backup.get_restore_testing_selection(**where)["RestoreTestingSelection"]["ValidationWindowHours"] == 4
    )
    (listed,) = backup.list_restore_testing_selections(RestoreTestingPlanName=name)[
        "RestoreTestingSelections"
    ]
    assert listed["RestoreTestingSelectionName"] == "database"
    with pytest.raises(ClientError, match="InvalidRequestException"):
        backup.delete_restore_testing_plan(RestoreTestingPlanName=name)
    backup.delete_restore_testing_selection(**where)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.get_restore_testing_selection(**where)


def a_name_is_taken_once(server: Server) -> None:
    name = plan(server)
    selection(server, name)
    for again in (lambda: plan(server, RestoreTestingPlanName=name), lambda: selection(server, name)):
        with pytest.raises(ClientError, match="AlreadyExistsException"):
            again()


GAPS = [
    a_plan_is_kept_with_its_tags,
    a_plan_changes_and_goes,
    a_selection_belongs_to_its_plan,
    a_name_is_taken_once,
]


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_filled(check: Callable[[Server], None], local_aws: Server) -> None:
    check(local_aws)


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_still_missing_in_moto(check: Callable[[Server], None], plain_moto: Server) -> None:
    with pytest.raises((ClientError, AssertionError)):
        check(plain_moto)
