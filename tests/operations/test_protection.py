"""What a state says about what may be destroyed."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from environments.problem import Problem
from operations import protection
from tests.localcloud.server import REGION, Server


def state(*resources: dict[str, Any]) -> dict[str, Any]:
    """A state as ``terraform show -json`` prints it, with the last resource in a module."""
    *first, last = resources
    module = {"address": "module.inner", "resources": [last]}
    return {"values": {"root_module": {"resources": first, "child_modules": [module]}}}


def resource(type_: str, name: str = "it", mode: str = "managed", **values: object) -> dict[str, Any]:
    return {"address": f"{type_}.{name}", "mode": mode, "type": type_, "values": values}


DATABASE = resource(
    "aws_db_instance",
    deletion_protection=True,
    skip_final_snapshot=False,
    final_snapshot_identifier="db-final",
)
VAULT = resource("aws_backup_vault", force_destroy=False)
BUCKET = resource("aws_s3_bucket", force_destroy=False)
REFUSAL = resource("terraform_data", name="destroying-it-needs-HOLDFAST_REMOVAL-allow")
LOCK = resource("aws_backup_vault_lock_configuration", backup_vault_name="vault")


def test_an_empty_state_has_nothing() -> None:
    assert protection.resources({"format_version": "1.0"}) == []
    protection.check({"format_version": "1.0"})


def test_everything_protected_is_named_with_its_reason() -> None:
    assert protection.protected(state(DATABASE, VAULT, BUCKET, REFUSAL, LOCK)) == {
        "aws_db_instance.it": "deletion protection is on",
        "aws_backup_vault.it": "a vault with recovery points in it cannot be deleted",
        "aws_s3_bucket.it": "a bucket with objects in it cannot be deleted",
        REFUSAL["address"]: "lets every plan fail that destroys the whole system",
        "aws_backup_vault_lock_configuration.it": "locks the vault's recovery points",
    }


def test_a_protected_system_is_refused_with_the_way_out() -> None:
    with pytest.raises(Problem, match="will not be destroyed") as caught:
        protection.check(state(DATABASE, LOCK))
    assert "aws_db_instance.it" in str(caught.value)
    assert "--allow-protected" in str(caught.value.fix)


def test_an_ephemeral_system_is_not_refused() -> None:
    disposable = state(
        resource("aws_db_instance", deletion_protection=False, skip_final_snapshot=True),
        resource("aws_backup_vault", force_destroy=True),
        resource("aws_db_instance", "other", mode="data", deletion_protection=True),
    )
    protection.check(disposable)
    assert protection.final_snapshots(disposable) == []


def test_final_snapshots_are_those_that_aws_will_make() -> None:
    assert protection.final_snapshots(state(DATABASE, VAULT)) == ["db-final"]


@pytest.mark.server
def test_a_final_snapshot_whose_name_is_taken_is_refused_before_anything_is_destroyed(aws: Server) -> None:
    name = f"db-{uuid.uuid4().hex[:8]}"
    database = resource(
        "aws_db_instance", skip_final_snapshot=False, final_snapshot_identifier=f"{name}-final"
    )
    assert protection.check_final_snapshots(state(database), REGION) == [f"{name}-final"]
    assert protection.check_final_snapshots(state(VAULT), REGION) == []

    rds = aws.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t3.micro",
        Engine="mysql",
        AllocatedStorage=20,
        MasterUsername="administrator",
        MasterUserPassword="some-password",
    )
    rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-final")
    with pytest.raises(Problem, match=f"{name}-final exists already") as caught:
        protection.check_final_snapshots(state(database), REGION)
    assert f"delete-db-snapshot --region {REGION} --db-snapshot-identifier {name}-final" in str(
        caught.value.fix
    )


@pytest.mark.server
def test_the_name_of_a_clusters_final_snapshot_is_looked_for_among_those_of_clusters(aws: Server) -> None:
    name = f"cluster-{uuid.uuid4().hex[:8]}"
    cluster = resource(
        "aws_rds_cluster", skip_final_snapshot=False, final_snapshot_identifier=f"{name}-final"
    )
    assert protection.check_final_snapshots(state(cluster), REGION) == [f"{name}-final"]

    rds = aws.client("rds")
    rds.create_db_cluster(
        DBClusterIdentifier=name,
        Engine="aurora-mysql",
        MasterUsername="administrator",
        MasterUserPassword="some-password",
    )
    rds.create_db_cluster_snapshot(DBClusterIdentifier=name, DBClusterSnapshotIdentifier=f"{name}-final")
    with pytest.raises(Problem, match=f"{name}-final exists already") as caught:
        protection.check_final_snapshots(state(cluster), REGION)
    assert (
        f"delete-db-cluster-snapshot --region {REGION} --db-cluster-snapshot-identifier {name}-final"
        in str(caught.value.fix)
    )
    assert "copy" not in str(caught.value.fix), "nothing copies a snapshot of a Multi-AZ cluster (C47)"
