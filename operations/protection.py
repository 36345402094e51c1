"""What in a deployed system is protected from being destroyed, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from environments.problem import Problem
from operations.aws import error_code, explained, session

if TYPE_CHECKING:
    from collections.abc import Iterator

_DATABASES = {"aws_db_instance", "aws_rds_cluster"}
_CONTAINERS = {
    "aws_backup_vault": "a vault with recovery points in it cannot be deleted",
    "aws_s3_bucket": "a bucket with objects in it cannot be deleted",
}


def resources(state: dict[str, Any]) -> list[dict[str, Any]]:
    """All managed resources of a state, as ``terraform show -json`` gives them."""
    root = state.get("values", {}).get("root_module", {})
    return [resource for resource in _resources(root) if resource.get("mode") == "managed"]


def protected(state: dict[str, Any]) -> dict[str, str]:
    """The addresses that AWS will not delete as they are, with the reason."""
    found = {}
    for resource in resources(state):
        values = resource.get("values", {})
        if values.get("deletion_protection") is True:
            found[resource["address"]] = "deletion protection is on"
        elif resource["type"] == "aws_backup_vault_lock_configuration":
            found[resource["address"]] = "locks the vault's recovery points"
        elif resource["type"] in _CONTAINERS and not values.get("force_destroy"):
            found[resource["address"]] = _CONTAINERS[resource["type"]]
    return found


def check(state: dict[str, Any]) -> None:
    """Make sure that nothing is protected.

    Raises:
        Problem: something is; with all of it, and what lifts the protection.
    """
    found = protected(state)
    if found:
        width = max(map(len, found))
        raise Problem(
            "this system is protected (profile regulated) and will not be destroyed",
            given="\n           ".join(f"{address:<{width}}  {why}" for address, why in found.items()),
            fix="if it really must go: add --allow-protected. That first applies a change that lifts the\n"
            "           protection, then destroys the system; a final snapshot of each database stays.",
        )


def final_snapshots(state: dict[str, Any]) -> list[str]:
    """The names of the snapshots that AWS makes when the databases are destroyed."""
    return [
        str(resource["values"]["final_snapshot_identifier"])
        for resource in resources(state)
        if resource["type"] in _DATABASES
        and not resource["values"].get("skip_final_snapshot")
        and resource["values"].get("final_snapshot_identifier")
    ]


def check_final_snapshots(state: dict[str, Any], region: str) -> list[str]:
    """Make sure that the final snapshots can be made: AWS refuses a name that is taken, halfway through.

    Returns:
        Their names.

    Raises:
        Problem: a snapshot of an earlier system has the same name.
    """
    names = final_snapshots(state)
    if not names:
        return []
    rds = session(region).client("rds")
    for name in names:
        with explained():
            try:
                rds.describe_db_snapshots(DBSnapshotIdentifier=name)
            except ClientError as error:
                if error_code(error) in {"DBSnapshotNotFound", "DBSnapshotNotFoundFault"}:
                    continue
                raise
        raise Problem(
            f"the final snapshot {name} exists already, of an earlier system",
            fix=f"copy it under another name if it is needed (aws rds copy-db-snapshot), then\n"
            f"           aws rds delete-db-snapshot --region {region} --db-snapshot-identifier {name}",
        )
    return names


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)
