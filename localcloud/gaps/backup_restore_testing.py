"""AWS Backup: restore testing, which moto 5.2.5 does not have at all.

Plans and what they restore are stored and answered; nothing is restored, because no backups run here.
"""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from localcloud import actions

Response: TypeAlias = Any
"""moto's ``BackupResponse``."""
Stored: TypeAlias = dict[str, Any]
"""A plan as GetRestoreTestingPlan answers it, with its selections below ``holdfast_selections``."""

CREATED = 201
_SELECTIONS = "holdfast_selections"
_PATHS = (
    "{0}/restore-testing/plans/?$",
    "{0}/restore-testing/plans/(?P<plan>[^/]+)/?$",
    "{0}/restore-testing/plans/(?P<plan>[^/]+)/selections/?$",
    "{0}/restore-testing/plans/(?P<plan>[^/]+)/selections/(?P<selection>[^/]+)/?$",
)


def install() -> None:
    """Patch moto's Backup once."""
    from moto.backup import urls  # noqa: PLC0415 - moto comes after its settings
    from moto.backup.responses import BackupResponse  # noqa: PLC0415

    response: Any = BackupResponse
    if hasattr(response, "create_restore_testing_plan"):
        return
    actions.add(
        response,
        urls,
        paths=_PATHS,
        operations=(
            create_restore_testing_plan,
            get_restore_testing_plan,
            list_restore_testing_plans,
            update_restore_testing_plan,
            delete_restore_testing_plan,
            create_restore_testing_selection,
            get_restore_testing_selection,
            list_restore_testing_selections,
            update_restore_testing_selection,
            delete_restore_testing_selection,
        ),
    )


def create_restore_testing_plan(self: Response) -> Any:  # noqa: ANN401 - moto's
    """CreateRestoreTestingPlan."""
    asked = json.loads(self.body)
    given = asked["RestoreTestingPlan"]
    name = given["RestoreTestingPlanName"]
    if name in _plans(self):
        raise _error("AlreadyExistsException", f"There is a restore testing plan {name} already")
    arn = f"arn:aws:backup:{self.region}:{self.current_account}:restore-testing-plan:{name}"
    made = {
        "ScheduleExpressionTimezone": "Etc/UTC",
        "StartWindowHours": 24,
        **given,
        "RestoreTestingPlanArn": arn,
        "CreationTime": _now(),
    }
    _plans(self)[name] = {**made, _SELECTIONS: {}}
    if asked.get("Tags"):
        self.backup_backend.tag_resource(arn, asked["Tags"])
    return _answer(CREATED, _named(made, "CreationTime", "RestoreTestingPlanArn", "RestoreTestingPlanName"))


def get_restore_testing_plan(self: Response) -> str:
    """GetRestoreTestingPlan."""
    return json.dumps({"RestoreTestingPlan": _shown(_plan(self))})


def list_restore_testing_plans(self: Response) -> str:
    """ListRestoreTestingPlans."""
    return json.dumps({"RestoreTestingPlans": [_shown(plan) for plan in _plans(self).values()]})


def update_restore_testing_plan(self: Response) -> str:
    """UpdateRestoreTestingPlan."""
    plan = _plan(self)
    plan.update(json.loads(self.body)["RestoreTestingPlan"], LastUpdateTime=_now())
    shown = _named(plan, "CreationTime", "RestoreTestingPlanArn", "RestoreTestingPlanName")
    return json.dumps({**shown, "UpdateTime": plan["LastUpdateTime"]})


def delete_restore_testing_plan(self: Response) -> Any:  # noqa: ANN401 - moto's
    """DeleteRestoreTestingPlan."""
    plan = _plan(self)
    if plan[_SELECTIONS]:
        raise _error("InvalidRequestException", "The plan has selections: delete them first")
    self.backup_backend.tagger.delete_all_tags_for_resource(plan["RestoreTestingPlanArn"])
    del _plans(self)[plan["RestoreTestingPlanName"]]
    return _answer(204, {})


def create_restore_testing_selection(self: Response) -> Any:  # noqa: ANN401 - moto's
    """CreateRestoreTestingSelection."""
    plan, given = _plan(self), json.loads(self.body)["RestoreTestingSelection"]
    name = given["RestoreTestingSelectionName"]
    if name in plan[_SELECTIONS]:
        raise _error("AlreadyExistsException", f"There is a selection {name} already")
    made = {
        "ProtectedResourceConditions": {},
        "RestoreMetadataOverrides": {},
        "ValidationWindowHours": 0,
        **given,
        "RestoreTestingPlanName": plan["RestoreTestingPlanName"],
        "CreationTime": _now(),
    }
    plan[_SELECTIONS][name] = made
    named = _named(made, "CreationTime", "RestoreTestingPlanName", "RestoreTestingSelectionName")
    return _answer(CREATED, {**named, "RestoreTestingPlanArn": plan["RestoreTestingPlanArn"]})


def get_restore_testing_selection(self: Response) -> str:
    """GetRestoreTestingSelection."""
    return json.dumps({"RestoreTestingSelection": _selection(self)})


def list_restore_testing_selections(self: Response) -> str:
    """ListRestoreTestingSelections."""
    listed = [
        {name: value for name, value in one.items() if name != "RestoreMetadataOverrides"}
        for one in _plan(self)[_SELECTIONS].values()
    ]
    return json.dumps({"RestoreTestingSelections": listed})


def update_restore_testing_selection(self: Response) -> str:
    """UpdateRestoreTestingSelection."""
    selection = _selection(self)
    selection.update(json.loads(self.body)["RestoreTestingSelection"])
    named = _named(selection, "CreationTime", "RestoreTestingPlanName", "RestoreTestingSelectionName")
    plan = _plan(self)
    return json.dumps({**named, "RestoreTestingPlanArn": plan["RestoreTestingPlanArn"], "UpdateTime": _now()})


def delete_restore_testing_selection(self: Response) -> Any:  # noqa: ANN401 - moto's
    """DeleteRestoreTestingSelection."""
    del _plan(self)[_SELECTIONS][_selection(self)["RestoreTestingSelectionName"]]
    return _answer(204, {})


def _plans(response: Response) -> dict[str, Stored]:
    found: dict[str, Stored] = response.backup_backend.__dict__.setdefault("holdfast_restore_testing", {})
    return found


def _plan(response: Response) -> Stored:
    name = response.uri_match["RestoreTestingPlanName"]
    if name not in _plans(response):
        raise _error("ResourceNotFoundException", f"There is no restore testing plan {name}")
    return _plans(response)[name]


def _selection(response: Response) -> Stored:
    name = response.uri_match["RestoreTestingSelectionName"]
    selections: dict[str, Stored] = _plan(response)[_SELECTIONS]
    if name not in selections:
        raise _error("ResourceNotFoundException", f"There is no selection {name}")
    return selections[name]


def _shown(plan: Stored) -> Stored:
    return {name: value for name, value in plan.items() if name != _SELECTIONS}


def _named(stored: Stored, *names: str) -> Stored:
    return {name: stored[name] for name in names}


def _answer(status: int, body: Stored) -> tuple[int, dict[str, Any], str]:
    return status, {"status": status}, json.dumps(body) if body else ""


def _now() -> float:
    from moto.core.utils import unix_time  # noqa: PLC0415

    return unix_time()


def _error(code: str, message: str) -> Exception:
    from moto.core.exceptions import JsonRESTError  # noqa: PLC0415

    return JsonRESTError(code, message)
