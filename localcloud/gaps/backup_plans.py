"""AWS Backup: plans that change and go, and what they select.

What moto 5.2.5 lacks, and what Terraform shows:

- Selections: they cannot be made.
- UpdateBackupPlan: no change of a plan can be applied. Here the new version takes the place of the old one.
- A plan that was deleted still answers, and keeps its name from being used again.
- A plan is deleted with its selections; AWS refuses.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

Response: TypeAlias = Any
"""moto's ``BackupResponse``."""
Backend: TypeAlias = Any
"""moto's ``BackupBackend``, with the attribute ``holdfast_deleted`` that is added here."""
Plan: TypeAlias = Any
"""moto's ``Plan``, with the attribute ``holdfast_selections`` that is added here."""


def install() -> None:
    """Patch moto's Backup once."""
    from moto.backup import models  # noqa: PLC0415 - moto comes after its settings
    from moto.backup.responses import BackupResponse  # noqa: PLC0415

    backend: Any = models.BackupBackend
    response: Any = BackupResponse
    if hasattr(response, "update_backup_plan"):
        return
    backend.get_backup_plan = _or_deleted(backend.get_backup_plan)
    backend.delete_backup_plan = _without_selections(backend.delete_backup_plan)
    backend.list_backup_plans = _list
    response.update_backup_plan = _update
    response.create_backup_selection = _create_selection
    response.get_backup_selection = _get_selection
    response.delete_backup_selection = _delete_selection
    response.list_backup_selections = _list_selections


def _deleted(backend: Backend) -> dict[str, Plan]:
    """Return the plans that were deleted, by id."""
    found: dict[str, Plan] = backend.__dict__.setdefault("holdfast_deleted", {})
    return found


def _or_deleted(
    get: Callable[[Backend, str, str | None], Plan],
) -> Callable[[Backend, str, str | None], Plan]:
    def get_backup_plan(self: Backend, backup_plan_id: str, version_id: str | None) -> Plan:
        deleted = _deleted(self).get(backup_plan_id)
        if deleted and version_id == deleted.version_id:
            return deleted
        return get(self, backup_plan_id, version_id)

    return get_backup_plan


def _without_selections(delete: Callable[[Backend, str], Any]) -> Callable[[Backend, str], Any]:
    def delete_backup_plan(self: Backend, backup_plan_id: str) -> Any:  # noqa: ANN401 - moto's
        from moto.backup.exceptions import InvalidRequestException  # noqa: PLC0415

        plan = self.plans.get(backup_plan_id)
        if plan and _selections(plan):
            raise InvalidRequestException(
                "Related backup plan selections must be deleted prior to backup plan deletion"
            )
        answer = delete(self, backup_plan_id)
        _deleted(self)[backup_plan_id] = self.plans.pop(backup_plan_id)
        return answer

    return delete_backup_plan


def _list(self: Backend, include_deleted: str | None) -> list[Plan]:
    return [*self.plans.values(), *(_deleted(self).values() if include_deleted == "true" else ())]


def _plan(response: Response) -> Plan:
    return response.backup_backend.get_backup_plan(response.uri_match["backupPlanId"], None)


def _update(self: Response) -> str:
    """UpdateBackupPlan."""
    from moto.backup.models import Plan as MotoPlan  # noqa: PLC0415

    plan = _plan(self)
    # A new plan fills in what is left out.
    new: Any = MotoPlan(json.loads(self.body)["BackupPlan"], plan.creator_request_id, self.backup_backend)
    for name in ("backup_plan", "version_id", "advanced_backup_settings"):
        setattr(plan, name, getattr(new, name))
    return json.dumps(plan.to_dict())


def _selections(plan: Plan) -> dict[str, dict[str, Any]]:
    """Return the selections of a plan, by id, as GetBackupSelection answers them."""
    found: dict[str, dict[str, Any]] = plan.__dict__.setdefault("holdfast_selections", {})
    return found


def _selection(response: Response) -> dict[str, Any]:
    from moto.backup.exceptions import ResourceNotFoundException  # noqa: PLC0415

    selections, name = _selections(_plan(response)), response.uri_match["selectionId"]
    if name not in selections:
        raise ResourceNotFoundException(f"Backup selection {name} not found")
    return selections[name]


def _create_selection(self: Response) -> str:
    """CreateBackupSelection."""
    from moto.core.utils import unix_time  # noqa: PLC0415
    from moto.moto_api._internal import mock_random  # noqa: PLC0415

    plan, given, name = _plan(self), json.loads(self.body), str(mock_random.uuid4())
    made = {"SelectionId": name, "BackupPlanId": plan.backup_plan_id, "CreationDate": unix_time()}
    _selections(plan)[name] = {
        **made,
        "BackupSelection": given["BackupSelection"],
        "CreatorRequestId": given.get("CreatorRequestId"),
    }
    return json.dumps(made)


def _get_selection(self: Response) -> str:
    """GetBackupSelection."""
    return json.dumps(_selection(self))


def _delete_selection(self: Response) -> str:
    """DeleteBackupSelection."""
    _selections(_plan(self)).pop(_selection(self)["SelectionId"])
    return ""


def _list_selections(self: Response) -> str:
    """ListBackupSelections."""
    listed = [
        {
            **{name: value for name, value in one.items() if name != "BackupSelection"},
            "SelectionName": one["BackupSelection"]["SelectionName"],
            "IamRoleArn": one["BackupSelection"]["IamRoleArn"],
        }
        for one in _selections(_plan(self)).values()
    ]
    return json.dumps({"BackupSelectionsList": listed})
