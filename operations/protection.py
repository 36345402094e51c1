"""What in a deployed system is protected from being destroyed, and why."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from environments.problem import Problem
from environments.removal import REFUSAL
from operations.aws import error_code, explained, session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CLUSTER = "aws_rds_cluster"
_DATABASES = {"aws_db_instance", _CLUSTER}
_ABSENT = {"DBSnapshotNotFound", "DBSnapshotNotFoundFault", "DBClusterSnapshotNotFoundFault"}
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
        elif resource["address"] == f"terraform_data.{REFUSAL}":
            found[resource["address"]] = "lets every plan fail that destroys the whole system"
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
    return [str(database["values"]["final_snapshot_identifier"]) for database in _to_be_snapshot(state)]


def _to_be_snapshot(state: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        resource
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
    databases = _to_be_snapshot(state)
    if not databases:
        return []
    rds = session(region).client("rds")
    for database in databases:
        name = str(database["values"]["final_snapshot_identifier"])
        look: Callable[[], object]
        if database["type"] == _CLUSTER:
            look = partial(rds.describe_db_cluster_snapshots, DBClusterSnapshotIdentifier=name)
            delete = f"delete-db-cluster-snapshot --region {region} --db-cluster-snapshot-identifier {name}"
            # No snapshot of a Multi-AZ cluster can be copied (constraint C47).
            keep = "restore it under another name if it is needed"
        else:
            look = partial(rds.describe_db_snapshots, DBSnapshotIdentifier=name)
            delete = f"delete-db-snapshot --region {region} --db-snapshot-identifier {name}"
            keep = "copy it under another name if it is needed (aws rds copy-db-snapshot)"
        if _is_there(look):
            raise Problem(
                f"the final snapshot {name} exists already, of an earlier system",
                fix=f"{keep}, then\n           aws rds {delete}",
            )
    return final_snapshots(state)


def _is_there(look: Callable[[], object]) -> bool:
    with explained():
        try:
            look()
        except ClientError as error:
            if error_code(error) in _ABSENT:
                return False
            raise
    return True


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)
